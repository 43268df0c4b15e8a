"""What a terminal shows of trainings while they run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from pipelines.training.epoch import Epoch
from search.api.training_watcher import TrainedNetwork, TrainingStart, TrainingWatcher
from search.cli.console import print_inherited, say, scored_without
from search.cli.recording import print_recording
from search.render.interval_words import describe_intervals
from search.render.network_words import describe_arch
from search.render.words import counted
from ulsam import ArchConfig, Inheritance


class TrainingBar(TrainingWatcher):
    """Prints to ``on``, a line an epoch where that is no terminal and a bar where it is."""

    def __init__(self, on: Console) -> None:
        self._on = on
        self._bar: tuple[Progress, TaskID] | None = None

    def begins_fresh(self, file: str) -> None:
        say(
            f"the search started from {file}; this training starts from scratch, with a recipe for that. "
            "To start from the file: --pretrained",
            self._on,
        )

    def learns_from_labels(self, teacher: Path | None) -> None:
        folder = "FOLDER" if teacher is None else quote(str(teacher))
        say(
            f"the recipe uses a teacher; this training uses only the labels. To use a teacher: --teacher {folder}",
            self._on,
        )

    def scored_without(self, path: str) -> None:
        say(scored_without(path), self._on)

    @contextmanager
    def training(self, seed: int, epochs: int) -> Iterator[None]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._on, transient=True, disable=not self._on.is_terminal) as progress:
            self._bar = progress, progress.add_task(f"training, seed {seed}", total=epochs)
            yield

    def begun(self, start: TrainingStart) -> None:
        recipe, images = start.recipe, start.manifest.splits["train"].images
        threads = counted(start.threads, "CPU thread")
        by = threads if start.workers is None else f"{start.workers} workers"
        say(
            f"{start.out}: {describe_arch(start.arch)} on {start.manifest.name}, {counted(recipe.epochs, 'epoch')} of "
            f"{images:,} images in batches of {recipe.batch_size}, learning rate {recipe.learning_rate:g}; "
            f"{start.device}, {by}",
            self._on,
        )

    def inherited(self, arch: ArchConfig, inheritance: Inheritance) -> None:
        print_inherited(describe_arch(arch), inheritance, self._on)

    def epoch(self, epoch: Epoch, epochs: int) -> None:
        text = f"epoch {epoch.number}/{epochs}: loss {epoch.train_loss:.4f}, validation {epoch.val_accuracy:.2%}"
        if self._bar is not None:
            progress, task = self._bar
            progress.update(task, completed=epoch.number, description=text)
        if not self._on.is_terminal:
            say(text, self._on)

    def trained(self, trained: TrainedNetwork) -> None:
        measured = trained.network.measured
        say(f"{trained.out}: validation {measured.score} after {counted(measured.epochs, 'epoch')}", self._on)
        say(f"  {describe_intervals(trained.intervals)}", self._on)
        print_recording(trained.recording, self._on)

    def warn(self, text: str) -> None:
        say(text, self._on)
