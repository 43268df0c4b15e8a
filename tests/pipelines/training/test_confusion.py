"""Metrics are scikit-learn's, whatever the labels and answers, and their errors are what repeated draws show."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as sklearn
from torch import Tensor, nn

from pipelines.split import Split
from pipelines.training.confusion import (
    balanced_accuracy,
    balanced_accuracy_error,
    confusion_matrix,
    macro_f1,
    macro_f1_error,
)
from pipelines.training.recipe import Recipe
from pipelines.training.scoring import score
from pipelines.training.shares import binomial_error
from pipelines.training.source import Batches

CPU = torch.device("cpu")
_AT_ONCE = 7  # images


class Answers:
    """Images that are the logits of :class:`Reader`, (n, classes)."""

    def __init__(self, logits: Tensor, labels: Tensor) -> None:
        self._logits, self._labels = logits, labels
        self.num_classes = logits.shape[1]

    def class_counts(self) -> list[int]:
        return [1] * self.num_classes

    def steps_per_epoch(self, batch_size: int) -> int:
        return 1

    @contextmanager
    def training_batches(self, recipe: Recipe, input_size: int, *, seed: int, epoch: int) -> Iterator[Batches]:
        raise NotImplementedError

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        images = self._logits[:, None, None, :].expand(-1, 3, 1, -1)
        yield zip(images.split(_AT_ONCE), self._labels.split(_AT_ONCE), strict=True)


class Reader(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images[:, 0, 0, :]


@st.composite
def answered(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Logits with ties, and labels; often some classes have no images, or no answers, or neither."""
    classes, images = draw(st.integers(3, 9)), draw(st.integers(1, 40))
    some = draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=classes))
    labels = draw(st.lists(st.sampled_from(some), min_size=images, max_size=images))
    logits = draw(st.lists(st.integers(-2, 2), min_size=images * classes, max_size=images * classes))
    return torch.tensor(logits, dtype=torch.float32).view(images, classes), torch.tensor(labels)


@given(answered())
def test_every_metric_is_that_of_scikit_learn(case: tuple[Tensor, Tensor]) -> None:
    logits, labels = case
    found = score(Reader(), Answers(logits, labels), "val", 1, CPU)
    classes, answers, true = range(logits.shape[1]), logits.argmax(dim=1).numpy(), labels.numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of answers without images
        expected = {
            "accuracy": sklearn.accuracy_score(true, answers),
            "loss": sklearn.log_loss(true, logits.double().softmax(dim=1).numpy(), labels=classes),
            "balanced_accuracy": sklearn.balanced_accuracy_score(true, answers),
            "macro_f1": sklearn.f1_score(true, answers, average="macro", zero_division=0),
        }
        if len(classes) > 5:
            expected["top5"] = sklearn.top_k_accuracy_score(true, logits.numpy(), k=5, labels=classes)
    assert found.images == len(labels)
    assert found.values == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_a_network_that_diverged_has_nothing_in_its_first_five() -> None:
    found = score(Reader(), Answers(torch.full((3, 6), torch.nan), torch.tensor([1, 2, 5])), "val", 1, CPU)
    assert found.values["top5"] == 0


def test_the_matrix_has_rows_of_true_classes() -> None:
    logits = torch.eye(3)[torch.tensor([0, 1, 1, 2])]
    assert confusion_matrix(logits, torch.tensor([0, 0, 1, 2])).tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]


@given(st.lists(st.integers(0, 12), min_size=2, max_size=8))
def test_with_equal_classes_the_error_of_a_balanced_accuracy_is_binomial(right: list[int]) -> None:
    classes = len(right)
    confusion = torch.diag(torch.tensor(right))
    for row, correct in enumerate(right):
        confusion[row, (row + 1) % classes] = 12 - correct
    images = 12 * classes
    value = balanced_accuracy(confusion, images)
    assert balanced_accuracy_error(confusion) == pytest.approx(binomial_error(value, images))


def test_a_small_class_decides_the_error() -> None:
    confusion = torch.tensor([[900, 0], [5, 5]])
    assert balanced_accuracy(confusion, 910) == 0.75
    assert balanced_accuracy_error(confusion) == pytest.approx((0.25 / 10) ** 0.5 / 2)
    lucky = torch.tensor([[450, 450], [0, 10]])  # 10 of 10 may be chance
    assert balanced_accuracy_error(lucky) == pytest.approx((0.75 * 0.25 * (1 / 900 + 1 / 10)) ** 0.5 / 2)


def test_classes_without_images_do_not_change_an_error() -> None:
    with_images = torch.tensor([[8, 2], [3, 7]])
    whole = torch.zeros(4, 4, dtype=torch.int64)
    whole[1:3, 1:3] = with_images
    assert balanced_accuracy_error(whole) == balanced_accuracy_error(with_images)
    assert macro_f1_error(whole) == pytest.approx(macro_f1_error(with_images))


COUNTS = np.array([200, 60, 25])
RIGHT = np.array([[0.9, 0.05, 0.05], [0.2, 0.7, 0.1], [0.3, 0.2, 0.5]])


def drawn(generator: np.random.Generator, counts: NDArray[np.int64]) -> Tensor:
    return torch.from_numpy(np.stack([generator.multinomial(n, row) for n, row in zip(counts, RIGHT, strict=True)]))


def test_the_error_of_a_balanced_accuracy_is_how_far_it_strays() -> None:
    generator = np.random.default_rng(0)
    tables = [drawn(generator, COUNTS) for _ in range(2000)]
    strays = float(np.std([balanced_accuracy(table, 285) for table in tables]))
    assert np.mean([balanced_accuracy_error(table) for table in tables]) == pytest.approx(strays, rel=0.1)


def test_the_error_of_a_macro_f1_is_how_far_it_strays() -> None:
    generator = np.random.default_rng(0)
    shares = COUNTS / COUNTS.sum()
    tables = [drawn(generator, generator.multinomial(285, shares)) for _ in range(2000)]
    strays = float(np.std([macro_f1(table, 285) for table in tables]))
    assert np.mean([macro_f1_error(table) for table in tables[:40]]) == pytest.approx(strays, rel=0.1)


def test_the_same_matrix_has_the_same_error() -> None:
    table = drawn(np.random.default_rng(0), COUNTS)
    assert macro_f1_error(table) == macro_f1_error(table.clone())


def test_nobody_is_sure_who_was_never_wrong() -> None:
    right = torch.diag(torch.tensor([20, 20, 20]))
    assert macro_f1_error(right) == balanced_accuracy_error(right) == pytest.approx(binomial_error(1.0, 60))
