"""An exported network: ``arch.yaml`` with all that is needed to build, score and train it, and weights beside it."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from pipelines.fold import Fold
from pipelines.training.metrics import ACCURACY
from pipelines.training.score import Score
from search.analysis.gain import Gain
from search.artifacts.blueprint import Blueprint, FoundBySection
from search.artifacts.int8_section import Int8Section
from search.artifacts.latency_section import LatencySection
from search.config.yaml_file import read_yaml
from search.errors import UsageError
from search.study.data_spec import DataSpec
from spaces import KNOWN_COSTS, count_known_costs
from spaces.config import ClashError, Section

ARCH_NAME, WEIGHTS_NAME, README_NAME = "arch.yaml", "weights.safetensors", "README.md"
ERRORS_NAME = "errors.html"  # where the network errs; evaluate writes it
INT8_NAME = "model.int8.onnx"


class GainSection(Section):
    """How much more the network scores than another one, as shares, from the search's own trainings of both.

    Attributes:
        over, input_size: the id of the other network, and its size in pixels.
        value, error: the difference and its standard error. The error is from the ``images`` where ``seeds_in_common``
            is 0, and from seeds elsewhere; see :class:`~search.analysis.gain.Gain`.
        seeds, over_seeds: of each network.
        said: the whole comparison in words.
    """

    over: str
    input_size: int
    value: float
    error: float
    seeds: int
    over_seeds: int
    seeds_in_common: int
    images: int
    said: str

    @classmethod
    def of(cls, gain: Gain, said: str) -> Self:
        """Returns the section for ``gain``.

        Args:
            gain: of the network over another one.
            said: the gain in words, for people who read the file.
        """
        return cls(
            over=gain.over.arch.arch_id,
            input_size=gain.over.input_size,
            value=gain.value,
            error=gain.error,
            seeds=gain.seeds,
            over_seeds=gain.over_seeds,
            seeds_in_common=gain.in_common,
            images=gain.images,
            said=said,
        )


class MeasuredSection(Section):
    """Everything that was measured.

    ``metrics`` are the values of metrics on the ``images`` of the validation split, or of ``fold``, by name;
    ``accuracy`` is always one of them. ``standard_errors`` are of those whose value does not determine its error.
    ``costs`` are known costs by name. ``method`` is the :data:`~pipelines.training.recipe.METHOD` of the training;
    None: an earlier version wrote the file. ``latency`` is set where the network was chosen by it, ``over_plain`` where
    a plain network that costs no more was trained, ``over_best_plain`` where the network is on the front and costs less
    than the best plain one, ``over_control`` where it was also trained with its replaced blocks removed,
    ``int8`` where it was quantized.
    ``groups_sha256`` is of the file of groups that the folds keep together; None: there is no fold, or an earlier
    version wrote the file.
    """

    metrics: dict[str, float]
    images: int
    costs: dict[str, int]
    weights_sha256: str
    device: str
    threads: int = Field(ge=1)
    epochs: int
    seed: int
    workers: int = 1
    method: int | None = None
    standard_errors: dict[str, float] = Field(default_factory=dict)
    fold: Fold | None = None
    groups_sha256: str | None = None
    latency: LatencySection | None = None
    over_plain: GainSection | None = None
    over_best_plain: GainSection | None = None
    over_control: GainSection | None = None
    int8: Int8Section | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_earlier(cls, values: Any) -> Any:
        """Moves the accuracy and two costs, which earlier versions wrote at this level, and drops their ``correct``."""
        if not isinstance(values, dict) or not {"accuracy", "params", "flops"} <= values.keys():
            return values
        values = {name: value for name, value in values.items() if name != "correct"}
        metrics, costs = {"accuracy": values.pop("accuracy")}, {name: values.pop(name) for name in ("params", "flops")}
        return {"metrics": metrics, "costs": costs, **values}

    @model_validator(mode="after")
    def _has_an_accuracy(self) -> Self:
        accuracy = self.metrics.get(ACCURACY.name)
        if accuracy is None or not 0 <= accuracy <= 1:
            raise ClashError(("metrics",), expected="an accuracy from 0 to 1", got=accuracy)
        return self

    @field_validator("metrics", mode="before")
    @classmethod
    def _drop_non_finite(cls, metrics: Any) -> Any:
        """Drops infinite values: a loss may be infinite, and a long training is exported nevertheless."""
        if not isinstance(metrics, Mapping):
            return metrics
        return {name: value for name, value in metrics.items() if not isinstance(value, float) or isfinite(value)}

    @property
    def score(self) -> Score:
        """The score on the validation split, or on the fold that the training left out."""
        return Score(values=self.metrics, images=self.images, standard_errors=self.standard_errors)

    def has_other_folds(self, groups_sha256: str | None) -> bool:
        """Whether data with the same images are divided into other folds than those that the score is of.

        Args:
            groups_sha256: of the file of groups of the data; None: they have none.
        """
        return self.fold is not None and self.groups_sha256 not in (None, groups_sha256)

    @property
    def accuracy(self) -> float:
        """Top-1 accuracy on the validation split, 0 to 1."""
        return self.score.accuracy

    @property
    def correct(self) -> int:
        """The number of validation images that are classified correctly."""
        return self.score.correct


class PretrainedSection(Section):
    """The file of weights that training started from."""

    file: str
    sha256: str


class TeacherSection(Section):
    """The teacher of the network: the name of its folder, and its id in the keys of trainings."""

    folder: str
    id: str


class OriginSection(Section):
    """The origin of the network: a trial of a search, or a separate training.

    ``pretrained`` is None for a network that started fresh, ``teacher`` for one that learned from labels alone.
    """

    run: str
    trial: int | None = None
    version: str
    pretrained: PretrainedSection | None = None
    teacher: TeacherSection | None = None
    search: FoundBySection | None = None


class CostMismatchError(UsageError):
    """A file states other costs than its architecture has."""


class NotANetworkError(UsageError):
    """A folder does not hold an exported network."""


class ExportedNetwork(Blueprint):
    """The content of ``arch.yaml``."""

    data: DataSpec
    measured: MeasuredSection
    origin: OriginSection

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads ``path``, an ``arch.yaml`` or the folder that holds one.

        Raises:
            CostMismatchError: the costs in the file are not those of the architecture.
            UsageError: the file is missing or damaged, or the network does not have one output for each class.
        """
        path = path / ARCH_NAME if path.is_dir() else path
        network = super().load(path)
        written = network.measured.costs
        known = [cost for cost in KNOWN_COSTS if cost.name in written]  # another version may know more, or fewer
        costs = count_known_costs(network.candidate, known)
        wrong = [cost for cost in known if costs[cost.name] != written[cost.name]]
        if wrong:
            raise CostMismatchError(
                "the costs are not those of the architecture",
                where=path,
                expected=", ".join(f"{costs[cost.name]:,} {cost.label}" for cost in wrong),
                got=", ".join(f"{written[cost.name]:,}" for cost in wrong),
            )
        if network.arch.num_classes != len(network.data.classes):
            what = f"the network has {network.arch.num_classes} outputs for {len(network.data.classes)} classes"
            raise UsageError(what, where=path)
        return network


def found_by(network: Blueprint) -> FoundBySection | None:
    """Returns the search that found a network, exported or not; None: no search did."""
    return network.origin.search if isinstance(network, ExportedNetwork) else network.search


def load_network(path: Path) -> Blueprint:
    """Reads an exported network, or a blueprint where nothing was trained.

    Args:
        path: the folder of an exported network, its ``arch.yaml``, or an architecture file written by hand.

    Raises:
        NotANetworkError: the folder has no ``arch.yaml``.
        UsageError: the file is missing or damaged, or its values contradict each other.
    """
    if path.is_dir() and not (path / ARCH_NAME).is_file():
        raise NotANetworkError(f"not the folder of an exported network: {ARCH_NAME} is missing", where=path)
    path = path / ARCH_NAME if path.is_dir() else path
    values = read_yaml(path)
    exported = isinstance(values, dict) and "measured" in values
    return ExportedNetwork.load(path) if exported else Blueprint.load(path)
