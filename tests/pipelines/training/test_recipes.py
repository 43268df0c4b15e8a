"""The recipes that come with the project."""

from dataclasses import fields
from importlib.resources import files

import pytest

from pipelines.names import RECIPE_NAMES, RecipeName
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_is_valid_at_the_size_of_the_data(name: RecipeName) -> None:
    values = recipe_values(name)
    assert "input_size" not in values
    assert values.keys() <= {field.name for field in fields(Recipe)}
    recipe = Recipe(**values)
    assert recipe.epochs == values["epochs"]


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_gives_a_reason_at_its_head(name: RecipeName) -> None:
    text = files("pipelines.training.recipes").joinpath(f"{name}.yaml").read_text()
    assert text.startswith("# ")
    assert sum("#" in line for line in text.splitlines()[1:]) >= 3


def test_every_file_has_a_name() -> None:
    found = {path.name for path in files("pipelines.training.recipes").iterdir() if path.name.endswith(".yaml")}
    assert found == {f"{name}.yaml" for name in RECIPE_NAMES}
