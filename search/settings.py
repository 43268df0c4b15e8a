"""A search in one file, in a user's words. Every key but ``name`` and ``data`` has a default."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipelines.recipe import Recipe
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


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None: ``url`` is something else."""
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme.partition("+")[0] == "sqlite" and path not in ("", ":memory:") else None


def _fixed(url: str) -> str:
    """The address, so that it means the same wherever a command is run later."""
    file = sqlite_file(url)
    return url if file is None else url.partition(":///")[0] + f":///{file.resolve()}"


Name = Annotated[str, AfterValidator(_check_name)]
Url = Annotated[str, AfterValidator(_fixed)]
_RECIPE = Recipe(epochs=10, input_size=1)


class SearchSection(Section):
    """How long and how to search."""

    trials: PositiveInt = Field(50, description="networks to train")
    sampler: SamplerName = "tpe"
    concurrent: Literal["auto"] | PositiveInt = Field("auto", description="trials at once; auto: as many as fit now")
    seed: Annotated[int, Field(ge=0, strict=True)] = 0


class TrainingSection(Section):
    """How each network is trained."""

    epochs: PositiveInt = _RECIPE.epochs
    input_size: Annotated[int, Field(ge=8, le=1024, strict=True)] | None = Field(
        None, description="pixels; default: as prepared"
    )
    batch_size: PositiveInt = _RECIPE.batch_size
    learning_rate: Annotated[float, Field(gt=0)] = _RECIPE.learning_rate
    warmup_epochs: Annotated[float, Field(ge=0)] = _RECIPE.warmup_epochs
    momentum: Annotated[float, Field(ge=0, lt=1)] = _RECIPE.momentum
    weight_decay: Annotated[float, Field(ge=0)] = _RECIPE.weight_decay
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = _RECIPE.label_smoothing
    min_crop: Annotated[float, Field(gt=0, le=1)] = Field(_RECIPE.min_crop, description="smallest crop, share of area")
    flip: bool = Field(_RECIPE.flip, description="mirror images at random; not for digits or text")

    def recipe(self, image_size: int) -> Recipe:
        """The recipe for data prepared at ``image_size`` pixels."""
        return Recipe(**self.model_dump() | {"input_size": self.input_size or image_size})


class ResourcesSection(Section):
    """What one trial takes."""

    cpus: PositiveInt = 1
    gpus: Annotated[float, Field(ge=0), AfterValidator(_check_gpus)] = Field(0, description="0.5: two share a GPU")


class StorageSection(Section):
    """Where results are kept."""

    study: Url | None = Field(None, description="database URL; default: SQLite in the run's folder")
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
