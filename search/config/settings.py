"""A search in one file, in a user's words. Every key but ``name`` and ``data`` has a default."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipelines.loading.base import ReaderKind
from pipelines.loading.memory import MEMORY_SHARE
from pipelines.names import CompileMode
from pipelines.storage.remote import DataLocation
from pipelines.training.metrics import ACCURACY, maximisable
from search.config.data_location import check_data_location
from search.config.key_types import CostNames, DatabaseUrl, Gpus, MetricName, Name, Url
from search.config.training_section import HIGHEST_RATE, TrainingSection
from search.config.yaml_file import read_yaml, validate
from search.errors import IsArchitectureError
from search.optimize.sampler_names import SamplerName
from search.optimize.stopping_rules import StoppingRuleName
from spaces import (
    FLOPS,
    KNOWN_COSTS,
    PARAMS,
    BudgetsConfig,
    KnownCost,
    SearchSpace,
    SpaceConfig,
    build_space,
)
from spaces.config import ClashError, Section
from spaces.scalars import READ_WHOLE, Flag, HalfShare, Number, PositiveInt, Share, TenthShare, WholeNumber

_LONG = 9  # epochs
MOST_FOLDS = 20
HIGHEST_SEED = 4_000_000_000  # numpy's are of 32 bits, and further seeds come after it


class StopWhen(Section):
    """When to stop before all trials are finished."""

    remaining_hypervolume: Share | None = Field(
        None, description="stop once untried networks can raise the hypervolume by at most this share (95% bound)"
    )


class SearchSection(Section):
    """How to search, and for how long."""

    trials: PositiveInt | None = Field(50, description="number of trials; with hours and without this key: no limit")
    hours: Annotated[Number, Field(gt=0)] | None = Field(
        None, description="limit on the running time in hours, the total of all launches"
    )
    metric: MetricName = Field(
        ACCURACY.name, description=f"metric to maximize: {', '.join(maximisable())}, or your own, module:function"
    )
    sampler: SamplerName = Field(
        "known_cost", description="method that chooses networks; also Optuna's tpe, nsga2, gp, random"
    )
    concurrent: Literal["auto"] | PositiveInt = Field(
        "auto", description="concurrent trials; auto: as many as fit on the available machines"
    )
    seed: WholeNumber = Field(
        0, ge=0, le=HIGHEST_SEED, description="random seed of the proposals and of the first training of each network"
    )
    rungs: Literal["auto"] | tuple[PositiveInt, ...] = Field(
        "auto", description="epochs after which a training may be stopped; []: never"
    )
    early_stopping: StoppingRuleName = Field(
        "front", description="rule at rungs; front: stop a network that others lead at no higher cost"
    )
    confirm: HalfShare = Field(
        0.15, description="share of the trials, the last, that repeat close networks with other seeds"
    )
    folds: Annotated[int, Field(ge=2, le=MOST_FOLDS, strict=True), READ_WHOLE] | None = Field(
        None, description="parts of the images of train and val; further seeds are scored on other parts; null: val"
    )
    objectives: CostNames = Field(
        (PARAMS.name, FLOPS.name),
        min_length=1,
        max_length=2,
        description="costs to minimize, apart from the metric",
    )
    cost_epsilon: TenthShare = Field(0.01, description="costs that differ by a smaller share are equal")
    margin: TenthShare = Field(0.03, description="largest loss of accuracy that still counts as equal")
    stop_when: StopWhen = StopWhen()
    baselines: Flag = Field(
        True, description="first train plain networks for comparison, such as the widest within the budgets"
    )
    budget_weight: Number = Field(4.0, ge=0, description="weight of accuracy at the budgets; at lower costs: 1")
    warm_start: tuple[str, ...] = Field((), description="runs on the same data whose trials are reused")
    prior: tuple[str, ...] = Field((), description="runs, also on other data, whose scores guide the first choices")

    @property
    def known_costs(self) -> tuple[KnownCost, ...]:
        """The costs that the search counts, in the order shown; budgets are of ``KNOWN_COSTS``."""
        return KNOWN_COSTS

    @model_validator(mode="before")
    @classmethod
    def _limit_by_time_alone(cls, values: Any) -> Any:
        """Removes the default limit on trials where the file has hours and no trials."""
        if not isinstance(values, Mapping) or values.get("trials") is not None:
            return values
        others = {key: value for key, value in values.items() if key != "trials"}
        return others if others.get("hours") is None else others | {"trials": None}

    def limited(self, *, trials: int | None, hours: float | None) -> Self:
        """Returns this section with other limits, as if the file had them.

        Args:
            trials: the number of trials; None: as the file says.
            hours: limit on the running time; None: as the file says.
        """
        given = {"trials": trials, "hours": hours}
        written = self.model_dump(exclude_unset=True)
        return self.model_validate(written | {key: value for key, value in given.items() if value is not None})

    @model_validator(mode="after")
    def _check_objectives(self) -> Self:
        names = [cost.name for cost in self.known_costs]
        unknown = [repr(name) for name in self.objectives if name not in names]
        if unknown:
            raise ClashError(("objectives",), expected=f"known costs, {' or '.join(names)}", got=", ".join(unknown))
        return self

    def rungs_of(self, epochs: int) -> tuple[int, ...]:
        """Returns the epochs after which a training of ``epochs`` epochs may be stopped, ascending."""
        if self.rungs == "auto":
            # One more epoch is spent on each rung's score: shorter trainings are not worth the stop.
            return tuple(epochs // part for part in (9, 3) if epochs // part >= 2) if epochs >= _LONG else ()
        return tuple(sorted({rung for rung in self.rungs if rung < epochs}))


class ResourcesSection(Section):
    """Resources of one trial."""

    cpus: PositiveInt = Field(1, description="CPU cores per trial")
    gpus: Gpus = Field(0, description="GPUs per trial; 0.5: two trials share a GPU", json_schema_extra={"maximum": 1})
    reader: Literal["auto"] | ReaderKind = Field(
        "auto", description="resident: all images in memory; ffcv, plain: streamed; auto: resident if all fit"
    )
    memory: Share = Field(MEMORY_SHARE, description="share of a machine's memory for the images of all its trials")
    compile: CompileMode = Field(
        "auto", description="auto, always or never; auto: on a GPU, if compiling saves time overall"
    )
    checkpoint_seconds: Number = Field(
        10.0,
        ge=0,
        description="shortest time between checkpoints in seconds; they are written after epochs",
    )


class StorageSection(Section):
    """Where results are kept."""

    study: DatabaseUrl | None = Field(None, description="database URL; default: SQLite in the run's folder")
    mlflow: Url | None = Field(None, description="tracking URI of MLflow; default: SQLite beside the runs")


class SearchSettings(Section):
    """A whole search."""

    name: Name = Field(examples=["photos"])
    data: Annotated[DataLocation, AfterValidator(check_data_location)] = Field(examples=["data/photos"])
    space: SpaceConfig = SpaceConfig()
    budgets: BudgetsConfig = BudgetsConfig()
    search: SearchSection = SearchSection()
    training: TrainingSection = TrainingSection()
    resources: ResourcesSection = ResourcesSection()
    storage: StorageSection = StorageSection()

    def space_for(self, num_classes: int, image_size: int) -> SearchSpace:
        """Returns the search space for prepared data.

        Args:
            num_classes: of the data, at least 1.
            image_size: height and width of the stored images in pixels; the input size if the file names none.
        """
        return build_space(
            self.space,
            self.budgets,
            num_classes=num_classes,
            input_sizes=input_sizes(self.space, self.training, image_size),
            known_costs=self.search.known_costs,
            baselines=self.search.baselines,
        )

    @model_validator(mode="after")
    def _check_input_sizes(self) -> Self:
        sizes, training = self.space.input_sizes, self.training
        if sizes is None:
            return self
        if training.input_size is not None:
            keys = ("space.input_sizes", "training.input_size")
            raise ClashError(keys, expected="one of the two", got="both")
        if training.start_size is not None and training.start_size > min(sizes):
            keys = ("training.start_size", "space.input_sizes")
            raise ClashError(keys, expected=f"at most the least input size, {min(sizes)}", got=training.start_size)
        return self

    @model_validator(mode="after")
    def _check_folds(self) -> Self:
        if self.search.folds is None:
            return self
        if self.training.teacher is not None:  # it has learnt from images that its students are scored on
            raise ClashError(("search.folds", "training.teacher"), expected="one of the two", got="both")
        if self.resources.reader == "ffcv":  # it reads one file, and a fold has images of two
            raise ClashError(("resources.reader", "search.folds"), expected="resident, plain or auto", got="ffcv")
        return self

    def clashes(self) -> list[ClashError]:
        """Returns the errors of valid values that make no sense together in a new search.

        A search that is resumed keeps such values.
        """
        training, rungs, found = self.training, self.search.rungs, []
        if training.learning_rate > HIGHEST_RATE:
            found.append(
                ClashError(
                    ("training.learning_rate",),
                    expected=f"at most {HIGHEST_RATE:g}",
                    got=f"{training.learning_rate:g}",
                )
            )
        if training.recipe is None:  # a recipe by name was not made for this length
            for name in ("warmup_epochs", "average_epochs"):
                epochs = getattr(training, name)
                if epochs > training.epochs:
                    keys = (f"training.{name}", "training.epochs")
                    found.append(ClashError(keys, expected=f"at most all epochs, {training.epochs}", got=f"{epochs:g}"))
        late = [] if rungs == "auto" else [str(rung) for rung in rungs if rung >= training.epochs]
        if late:
            expected = f"epochs before the last one, {training.epochs} (training.epochs)"
            found.append(ClashError(("search.rungs", "training.epochs"), expected=expected, got=", ".join(late)))
        return found


def input_sizes(space: SpaceConfig, training: TrainingSection, image_size: int) -> tuple[int, ...]:
    """Returns the input sizes that networks of a search may have, in pixels, ascending.

    Args:
        space: the section of the file on networks.
        training: the section of the file on training; its input size counts if ``space`` has none.
        image_size: height and width of the stored images in pixels; the size if neither section has one.
    """
    return tuple(sorted(set(space.input_sizes or (training.input_size or image_size,))))


def read_settings(path: Path) -> SearchSettings:
    """Reads the file of a new search.

    Raises:
        IsArchitectureError: the file is one of an architecture.
        UsageError: the file can't be read, or is not YAML; see :func:`~search.config.yaml_file.read_yaml`.
        FileError: keys are unknown or missing, or values are not as expected; the error names each.
    """
    values = read_yaml(path, by_hand=True)
    if isinstance(values, dict) and "arch" in values and "name" not in values:
        raise IsArchitectureError(path)
    return validate(SearchSettings, values, str(path), by_hand=True, clashes=SearchSettings.clashes)


def begun_settings(path: Path) -> SearchSettings:
    """Reads the file of a search that has begun, maybe with a version that checked less.

    Such a file has all keys of the version that wrote it. The search did not use the keys that the file lacks.

    Raises:
        UsageError: the file can't be read, or is not YAML; see :func:`~search.config.yaml_file.read_yaml`.
        FileError: as :func:`read_settings`.
    """
    values = read_yaml(path)
    if isinstance(values, dict) and isinstance(values.get("search"), dict):
        values["search"] = {"baselines": False, "budget_weight": 0.0} | values["search"]
    return validate(SearchSettings, values, str(path))


def flat(values: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Returns the values of sections by their dotted keys, such as ``space.placements.at_most``.

    Args:
        values: by name; a mapping is a section.
        within: the beginning of each key, with its last dot; empty: the whole file.
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{within}{name}.") if isinstance(value, Mapping) else {within + name: value}
    return found
