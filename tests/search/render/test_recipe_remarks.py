"""What a user should know of a recipe before a search begins."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.training.fitted_recipe import FittedRecipe
from pipelines.training.recipe import Recipe
from search.render.recipe_remarks import recipe_remarks
from tests.search.factory import DATA, spec


def remarks(images: int | None, **training: Any) -> list[str]:
    known = spec(training=training)
    return list(recipe_remarks(known.model_copy(update={"data": DATA.model_copy(update={"train_images": images})})))


@pytest.mark.parametrize(
    ("images", "batch", "suitable"),
    [(1_606, 128, 32), (6_399, 128, 64), (6_400, 128, None), (1_606, 65, 32), (1_606, 64, None), (None, 128, None)],
)
def test_fewer_than_50_steps_of_more_than_64_images_are_remarked_on(
    images: int | None, batch: int, suitable: int | None
) -> None:
    found = remarks(images, batch_size=batch)
    assert len(found) == (suitable is not None)
    assert all(f"training.batch_size {suitable} " in line for line in found)


@pytest.mark.parametrize("images", range(1_000, 9_000, 500))
def test_nothing_is_said_of_the_batch_that_fits(images: int) -> None:
    fitted = FittedRecipe.of(Recipe(epochs=10), images).recipe
    assert remarks(images, batch_size=fitted.batch_size, learning_rate=fitted.learning_rate) == []


@pytest.mark.parametrize(("recipe", "count"), [({}, 1), ({"recipe": "transfer"}, 0), ({"learning_rate": 0.02}, 0)])
def test_a_rate_that_undoes_trained_weights_is_remarked_on(recipe: dict[str, Any], count: int) -> None:
    found = remarks(None, pretrained=Path("a.pth"), **recipe)
    assert len(found) == count
    assert remarks(None, **recipe) == []


@pytest.mark.parametrize(("batch", "rate", "count"), [(32, 0.1, 1), (32, 0.05, 0), (64, 0.1, 0), (128, 0.2, 1)])
def test_a_rate_that_parts_the_seeds_of_a_network_is_remarked_on(batch: int, rate: float, count: int) -> None:
    assert len(remarks(None, batch_size=batch, learning_rate=rate)) == count
    assert remarks(None, batch_size=batch, learning_rate=rate, recipe="cifar") == []
