"""Recipes by name: the YAML files beside this one, each value with its reason.

None names the size of its input, which is that of the data unless somebody says otherwise.
"""

from importlib.resources import files
from typing import Any

import yaml

from pipelines.names import RecipeName


def recipe_values(name: RecipeName) -> dict[str, Any]:
    """Returns the values of a named recipe by the attributes of :class:`pipelines.training.recipe.Recipe`."""
    values: dict[str, Any] = yaml.safe_load(files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return values
