"""Timed training steps: real steps, by turns, and nothing left behind."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from pipelines.errors import RangeError
from pipelines.measuring.timing import StepConditions, time_training_steps
from pipelines.training.recipe import Recipe

RECIPE = Recipe(epochs=3, batch_size=4)


class Noting(nn.Module):
    """Notes who is trained, and on what."""

    def __init__(self, name: str, log: list[tuple[str, tuple[int, ...], int]]) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.name, self.log = name, log

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.log.append((self.name, tuple(x.shape), torch.get_num_threads()))
        return self.layer(x.mean(dim=(2, 3)))


def test_networks_take_turns_and_each_is_trained_as_in_a_training() -> None:
    log: list[tuple[str, tuple[int, ...], int]] = []
    models = [Noting("one", log), Noting("other", log)]
    weights = [model.layer.weight.detach().clone() for model in models]
    before = torch.get_num_threads()
    times = time_training_steps(models, RECIPE, [8, 6], 10, StepConditions(threads=1, warmup=1, repeats=3))
    assert [name for name, _, _ in log] == ["one", "other"] * 4
    shapes = {"one": (4, 3, 8, 8), "other": (4, 3, 6, 6)}
    assert {(name, shape, threads) for name, shape, threads in log} == {
        (name, shape, 1) for name, shape in shapes.items()
    }
    assert torch.get_num_threads() == before
    for taken in times:
        assert taken.repeats == 3
        assert 0 < taken.lowest <= taken.median <= taken.highest
    for model, start in zip(models, weights, strict=True):
        assert not torch.equal(model.layer.weight, start), "the optimiser's step is part of what is timed"


def test_without_patience_each_is_timed_once() -> None:
    (taken,) = time_training_steps(
        [Noting("one", [])], RECIPE, [8], 8, StepConditions(warmup=0, repeats=9, patience=0.0)
    )
    assert taken.repeats == 1


def test_views_are_made_as_in_a_training() -> None:
    """Erased pixels are 0, which no other pixel is: a level of 127.5 is not stored."""
    seen: list[Tensor] = []
    model = nn.Sequential(nn.AvgPool2d(8), nn.Flatten(), nn.Linear(3, 2))
    model.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]) if model.training else None)
    recipe = replace(RECIPE, min_crop=1.0, color_jitter=0.4, hue_jitter=0.1, rand_augment=9, erasing=1.0)
    time_training_steps([model], recipe, [8], 8, StepConditions(warmup=0, repeats=2))
    assert [bool((views == 0).flatten(1).any(1).all()) for views in seen] == [True, True]


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"repeats": 0}, {"warmup": -1}])
def test_conditions_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(RangeError) as refused:
        StepConditions(**wrong)  # type: ignore[arg-type]
    assert (refused.value.where, refused.value.got) == next(iter(wrong.items()))
