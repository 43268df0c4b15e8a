"""The learning rate: up, then down to zero, at every length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import RangeError
from pipelines.training.recipe import Recipe


@given(st.integers(1, 50), st.integers(1, 40), st.floats(0, 10))
def test_rate_rises_then_falls_to_almost_zero(epochs: int, steps: int, warmup: float) -> None:
    recipe = Recipe(epochs=epochs, learning_rate=1.0, warmup_epochs=warmup)
    rates = [recipe.rate_at(step, steps) for step in range(epochs * steps)]
    peak = rates.index(max(rates))
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert recipe.rate_at(epochs * steps, steps) == 0


def test_rate_by_hand() -> None:
    recipe = Recipe(epochs=4, learning_rate=0.8, warmup_epochs=1)
    rates = [recipe.rate_at(step, 4) for step in range(16)]
    assert rates[:5] == pytest.approx([0.16, 0.32, 0.48, 0.64, 0.8])
    assert rates[10] == pytest.approx(0.4)  # halfway from step 4 to step 16
    assert rates[15] == pytest.approx(0.8 / 12)


@given(st.integers(1, 100), st.integers(8, 64), st.integers(0, 200))
def test_views_grow_from_the_first_size_to_the_last(epochs: int, start: int, more: int) -> None:
    recipe = Recipe(epochs=epochs, start_size=start)
    sizes = [recipe.size_at(epoch, start + more) for epoch in range(epochs)]
    assert sizes == sorted(sizes)
    assert sizes[-1] == start + more, "the last epochs see what scoring sees"
    assert all(size == start + more or (size - start) % 8 == 0 for size in sizes)
    if epochs >= 6:
        assert sizes[0] == start


def test_views_have_one_size_unless_asked_to_grow() -> None:
    assert {Recipe(epochs=9).size_at(epoch, 33) for epoch in range(9)} == {33}


@given(st.integers(9, 64), st.integers(0, 8))
def test_views_of_small_images_do_not_grow(start: int, epoch: int) -> None:
    assert Recipe(epochs=9, start_size=start).size_at(epoch, 8) == 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"mixup": -1.0},
        {"cutmix": -0.1},
        {"clip_norm": -1.0},
        {"fresh_rate": 0.0},
        {"color_jitter": -0.1},
        {"hue_jitter": 0.6},
        {"rand_augment": 31},
        {"erasing": 1.1},
        {"average_epochs": -1.0},
        {"start_size": 0},
        {"learning_rate": 0.0},
    ],
)
def test_refuses_what_makes_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(RangeError) as refused:
        Recipe(epochs=1, **wrong)  # type: ignore[arg-type]
    assert [refused.value.where] == [*wrong]
