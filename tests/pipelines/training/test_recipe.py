"""The learning rate: up, then down to zero, at every length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.training.recipe import Recipe


@given(st.integers(1, 50), st.integers(1, 40), st.floats(0, 10))
def test_rate_rises_then_falls_to_almost_zero(epochs: int, steps: int, warmup: float) -> None:
    recipe = Recipe(epochs=epochs, input_size=8, learning_rate=1.0, warmup_epochs=warmup)
    rates = [recipe.rate_at(step, steps) for step in range(epochs * steps)]
    peak = rates.index(max(rates))
    assert all(0 < rate <= 1 for rate in rates)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert recipe.rate_at(epochs * steps, steps) == 0


def test_rate_by_hand() -> None:
    recipe = Recipe(epochs=4, input_size=8, learning_rate=0.8, warmup_epochs=1)
    rates = [recipe.rate_at(step, 4) for step in range(16)]
    assert rates[:5] == pytest.approx([0.16, 0.32, 0.48, 0.64, 0.8])
    assert rates[10] == pytest.approx(0.4)  # halfway from step 4 to step 16
    assert rates[15] == pytest.approx(0.8 / 12)


@pytest.mark.parametrize("size", [0, 1025, 100_000])
def test_refuses_sizes_that_no_memory_holds(size: int) -> None:
    with pytest.raises(ValueError, match=f"input_size: out of range, got {size}"):
        Recipe(epochs=1, input_size=size)
