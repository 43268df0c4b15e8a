"""Class weights: the loss is that of a set in which small classes are repeated."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor

from pipelines.errors import RangeError
from pipelines.training.class_weights import balanced_weights, weights_of
from pipelines.training.distillation import training_loss
from pipelines.training.recipe import Recipe

COUNTS = [6, 2, 3]
LABELS = torch.arange(3).repeat_interleave(torch.tensor(COUNTS))
REPEATED = torch.arange(11).repeat_interleave(6 // torch.tensor(COUNTS)[LABELS])  # six of each class
RECIPE = Recipe(epochs=1, class_weights="balanced", label_smoothing=0.1, distill_temperature=3.0)


def drawn(seed: int) -> Tensor:
    return torch.randn(11, 3, generator=torch.Generator().manual_seed(seed))


def test_weights_are_those_of_scikit_learn() -> None:
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS.numpy())
    assert balanced_weights(COUNTS).tolist() == pytest.approx(expected.tolist())
    assert balanced_weights([6, 0, 2]).tolist() == pytest.approx([8 / (2 * 6), 0, 8 / (2 * 2)])


@pytest.mark.parametrize("distill_weight", [0.0, 0.5])
def test_the_loss_is_that_of_small_classes_repeated(distill_weight: float) -> None:
    recipe = replace(RECIPE, distill_weight=distill_weight)
    logits, answer = drawn(0), drawn(1) if distill_weight else None
    weighted = training_loss(logits, LABELS, recipe, answer, balanced_weights(COUNTS))
    repeated = None if answer is None else answer[REPEATED]
    torch.testing.assert_close(weighted, training_loss(logits[REPEATED], LABELS[REPEATED], recipe, repeated))


def test_equal_classes_have_the_loss_without_weights() -> None:
    logits, answer = drawn(0), drawn(1)
    recipe = replace(RECIPE, distill_weight=0.5)
    torch.testing.assert_close(
        training_loss(logits, LABELS, recipe, answer, balanced_weights([4, 4, 4])),
        training_loss(logits, LABELS, recipe, answer),
    )


def test_an_image_that_is_mixed_has_the_mean_weight_of_its_parts() -> None:
    weights = balanced_weights(COUNTS)
    shares = torch.tensor([[0.75, 0.25, 0.0]])
    assert float(weights_of(shares, weights)) == pytest.approx(float(0.75 * weights[0] + 0.25 * weights[1]))
    one_hot = torch.nn.functional.one_hot(LABELS, 3).float()
    torch.testing.assert_close(
        training_loss(drawn(0), one_hot, RECIPE, None, weights), training_loss(drawn(0), LABELS, RECIPE, None, weights)
    )


def test_parts_of_a_batch_add_up_to_it() -> None:
    """As micro-batches and the workers of a group do."""
    logits, weights = drawn(0), balanced_weights(COUNTS)
    whole = training_loss(logits, LABELS, RECIPE, None, weights)
    parts = [
        training_loss(logits[part], LABELS[part], RECIPE, None, weights) * (len(part) / 11)
        for part in torch.arange(11).split(4)
    ]
    torch.testing.assert_close(torch.stack(parts).sum(), whole)


def test_classes_are_balanced_once() -> None:
    with pytest.raises(RangeError) as twice:
        replace(RECIPE, balanced_sampling=True)
    assert twice.value.where == "balanced_sampling"
    with pytest.raises(RangeError) as unknown:
        replace(RECIPE, class_weights="equal")  # type: ignore[arg-type]
    assert (unknown.value.where, unknown.value.got) == ("class_weights", "equal")
