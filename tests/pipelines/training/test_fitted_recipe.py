"""A recipe that fits the number of images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.training.fitted_recipe import STEPS, FittedRecipe
from pipelines.training.recipe import Recipe

FRESH = Recipe(epochs=10)


@pytest.mark.parametrize(
    ("images", "batch", "rate", "epochs"),
    [
        (100_000, 128, 0.1, 10),
        (6_400, 128, 0.1, 10),
        (6_399, 64, 0.071, 10),
        (1_606, 32, 0.05, 10),
        (320, 16, 0.035, 25),
    ],
)
def test_few_images_get_small_batches_and_then_more_epochs(images: int, batch: int, rate: float, epochs: int) -> None:
    recipe = FittedRecipe.of(FRESH, images).recipe
    assert (recipe.batch_size, recipe.learning_rate, recipe.epochs) == (batch, rate, epochs)


@given(images=st.integers(2, 10**7), batch=st.sampled_from([2, 16, 48, 64, 256]))
def test_steps_are_enough_or_batches_as_small_as_they_may_be(images: int, batch: int) -> None:
    recipe = Recipe(epochs=6, batch_size=batch, learning_rate=0.02)
    fitted = FittedRecipe.of(recipe, images)
    found = fitted.recipe
    assert found.batch_size <= batch
    assert images // found.batch_size >= STEPS or found.batch_size < 32
    assert recipe.epochs <= found.epochs <= 4 * recipe.epochs
    assert found.learning_rate == pytest.approx(0.02 * (found.batch_size / batch) ** 0.5, rel=0.05)


def test_a_recipe_that_suits_stays_as_it_is() -> None:
    assert FittedRecipe.of(FRESH, 10**6).recipe == FRESH
