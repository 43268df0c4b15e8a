"""What follows a training."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.storage.manifest import Manifest
from pipelines.training.epoch import Epoch
from pipelines.training.recipe import Recipe
from search.analysis.interval import Interval, accuracy_interval
from search.api.recording import Recording
from search.artifacts.figures import figures
from search.artifacts.network import ExportedNetwork
from ulsam import ArchConfig, Inheritance


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStart:
    """A training that begins: what, into which folder, on which data, by which recipe, where.

    Attributes:
        out, seed: of this training.
        arch, recipe: what is trained and how; the recipe has this training's epochs.
        manifest: of the data.
        device: ``cpu`` or the GPU's name.
        threads: CPU threads of this process.
        workers: that train it together; None: this process does.
    """

    out: Path
    seed: int
    arch: ArchConfig
    recipe: Recipe
    manifest: Manifest
    device: str
    threads: int
    workers: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedNetwork:
    """A training that is finished.

    Attributes:
        out: its folder.
        network: what it is and scores.
        inherited: what it took of pretrained weights; None: it began fresh, or was finished before.
        recording: whether the record of its search has it; None: there is none here.
    """

    out: Path
    network: ExportedNetwork
    inherited: Inheritance | None
    recording: Recording | None

    @property
    def interval(self) -> Interval:
        """Where its validation accuracy lies on ever more images of this kind."""
        measured = self.network.measured
        return accuracy_interval(measured.correct, measured.images)

    def figures(self) -> dict[str, Any]:
        """For JSON."""
        return figures(self.network, self.out)


class TrainingWatcher:
    """Follows trainings; what is not overridden does nothing."""

    def begins_fresh(self, file: str) -> None:
        """The network was once trained from the weights in ``file``, and is not now."""

    def learns_from_labels(self, teacher: Path | None) -> None:
        """The recipe asks for a teacher, and none is given; ``teacher``: that of the search, if its run is here."""

    def training(self, seed: int, epochs: int) -> AbstractContextManager[object]:
        """Around each training."""
        return nullcontext()

    def begun(self, start: TrainingStart) -> None:
        """The data are verified."""

    def inherited(self, arch: ArchConfig, inheritance: Inheritance) -> None:
        """Pretrained weights were taken over."""

    def epoch(self, epoch: Epoch, epochs: int) -> None:
        """One of ``epochs`` is over."""

    def trained(self, trained: TrainedNetwork) -> None:
        """A training is finished, and recorded in its search."""

    def warn(self, text: str) -> None:
        """Something makes training slow."""
