"""A search in one file, in a user's words. Every key but ``name`` and ``data`` has a default."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from pipelines.recipe import Recipe
from search.database_url import absolute, sqlite_file
from search.strategy.samplers import SamplerName
from search.yaml_file import read_yaml, validate
from spaces import BudgetsConfig, SpaceConfig
from spaces.config import PositiveInt, Section


def _check_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ValueError(
            f"expected up to 64 letters, digits, '.', '_' and '-', starting with a letter or digit, got {name!r}"
        )
    return name


def _check_gpus(gpus: float) -> float:
    if gpus > 1:
        raise ValueError(
            f"a trial trains on one GPU or a share of it, got {gpus:g}; use search.concurrent for more trials"
        )
    return gpus


def _check_durable(url: str) -> str:
    if url.startswith("sqlite") and sqlite_file(url) is None:
        raise ValueError(f"expected a database that lasts, got {url!r}; leave it out for a file in the run's folder")
    return url


Name = Annotated[str, AfterValidator(_check_name)]
Url = Annotated[str, AfterValidator(absolute)]
_RECIPE = Recipe(epochs=10, input_size=1)


class SearchSection(Section):
    """How long and how to search."""

    trials: PositiveInt = Field(50, description="networks to train")
    sampler: SamplerName = "tpe"
    concurrent: Literal["auto"] | PositiveInt = Field("auto", description="trials at once; auto: as many as fit now")
    seed: Annotated[int, Field(ge=0, strict=True)] = 0


class TrainingSection(Section):
    """How each network is trained."""

    epochs: StrictInt = _RECIPE.epochs
    input_size: Annotated[int, Field(ge=8, le=1024, strict=True)] | None = Field(
        None, description="pixels; default: as prepared"
    )
    batch_size: StrictInt = _RECIPE.batch_size
    learning_rate: float = _RECIPE.learning_rate
    warmup_epochs: float = _RECIPE.warmup_epochs
    momentum: float = _RECIPE.momentum
    weight_decay: float = _RECIPE.weight_decay
    label_smoothing: float = _RECIPE.label_smoothing
    min_crop: float = Field(_RECIPE.min_crop, description="smallest crop, share of area")
    flip: bool = Field(_RECIPE.flip, description="mirror images at random; not for digits or text")
    pretrained: Path | None = Field(None, description="file of weights that every network starts from where they fit")

    @model_validator(mode="after")
    def _check_recipe(self) -> Self:
        self.recipe(image_size=8)  # a recipe knows its own ranges
        return self

    def recipe(self, image_size: int) -> Recipe:
        """The recipe for data prepared at ``image_size`` pixels."""
        values = self.model_dump(exclude={"pretrained"})
        return Recipe(**values | {"input_size": self.input_size or image_size})


class ResourcesSection(Section):
    """What one trial takes."""

    cpus: PositiveInt = 1
    gpus: Annotated[float, Field(ge=0), AfterValidator(_check_gpus)] = Field(0, description="0.5: two share a GPU")


class StorageSection(Section):
    """Where results are kept."""

    study: Annotated[Url, AfterValidator(_check_durable)] | None = Field(
        None, description="database URL; default: SQLite in the run's folder"
    )
    mlflow: Url | None = Field(None, description="tracking URI; default: SQLite beside the runs")


class SearchSettings(Section):
    """A whole search."""

    name: Name
    data: Path
    space: SpaceConfig = SpaceConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    search: SearchSection = SearchSection()
    training: TrainingSection = TrainingSection()
    resources: ResourcesSection = ResourcesSection()
    storage: StorageSection = StorageSection()


def read_settings(path: Path) -> SearchSettings:
    """Reads a search file.

    Raises:
        UsageError: a key is unknown or missing, or a value is not what was expected.
    """
    return validate(SearchSettings, read_yaml(path), str(path))
