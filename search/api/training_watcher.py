"""The interface of what follows trainings."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.storage.manifest import Manifest
from pipelines.training.epoch import Epoch
from pipelines.training.recipe import Recipe
from search.analysis.interval import Interval
from search.analysis.score_intervals import score_intervals
from search.api.recording import Recording
from search.artifacts.figures import figures
from search.artifacts.network import ExportedNetwork
from ulsam import ArchConfig, Inheritance


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStart:
    """A training that begins: its network, folder, data, recipe and machine.

    Attributes:
        out, seed: of this training.
        arch, recipe: the architecture, and the recipe with the number of epochs of this training.
        manifest: of the data.
        device: ``cpu`` or the GPU's name.
        threads: CPU threads of this process.
        workers: the workers that train together; None: this process trains.
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
        network: the content of its ``arch.yaml``.
        inherited: the part that pretrained weights gave; None: it started fresh, or was finished before.
        recording: the entry in the record of its search; None: the search is not here.
    """

    out: Path
    network: ExportedNetwork
    inherited: Inheritance | None
    recording: Recording | None

    @property
    def intervals(self) -> dict[str, Interval]:
        """For each metric with a standard error, the interval that probably contains it on more images of this kind."""
        return score_intervals(self.network.measured.score)

    def figures(self) -> dict[str, Any]:
        """Returns the network and its scores for JSON."""
        return figures(self.network, self.out)


class TrainingWatcher:
    """Follows trainings; methods that are not overridden do nothing."""

    def begins_fresh(self, file: str) -> None:
        """Called when a network starts fresh that once started from the weights in ``file``."""

    def learns_from_labels(self, teacher: Path | None) -> None:
        """Called when the recipe asks for a teacher and none is given.

        Args:
            teacher: the folder of the search's own teacher; None: its run is not here.
        """

    def scored_without(self, path: str) -> None:
        """Called when the search maximised a function of the user's own, by its import ``path``, that may not run."""

    def training(self, seed: int, epochs: int) -> AbstractContextManager[object]:
        """Returns a context around the training with one seed.

        Args:
            seed: of the training.
            epochs: the number of epochs of the whole training.
        """
        return nullcontext()

    def begun(self, start: TrainingStart) -> None:
        """Called when the data are verified, before the first epoch."""

    def inherited(self, arch: ArchConfig, inheritance: Inheritance) -> None:
        """Called when pretrained weights were taken over.

        Args:
            arch: of the network that inherits.
            inheritance: the tensors that it inherited, and those that are fresh.
        """

    def epoch(self, epoch: Epoch, epochs: int) -> None:
        """Called after each epoch.

        Args:
            epoch: that has ended.
            epochs: the number of epochs of the whole training.
        """

    def trained(self, trained: TrainedNetwork) -> None:
        """Called when a training is finished, and recorded in its search."""

    def warn(self, text: str) -> None:
        """Called with a line about something that makes training slow."""
