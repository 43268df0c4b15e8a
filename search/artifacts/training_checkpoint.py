"""A training that is not finished yet: its plan, history and checkpoints, in the folder of its network."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from torch import Tensor

from pipelines.files import atomic_dir, atomic_write
from pipelines.training.checkpoint import DamagedCheckpointsError, last_checkpoint, save_checkpoint
from pipelines.training.epoch import Epoch
from search.artifacts.network import ARCH_NAME
from search.artifacts.write import check_new
from search.errors import NothingBegunError, TrainingExistsError, UsageError

_EPOCHS_NAME = "epochs.json"
_WATCH_SECONDS = 0.5


class BegunOtherwiseError(UsageError):
    """The training that began in a folder is another one.

    Attributes:
        key: of the first value that differs.
        then, now: the value when the training began, and now; None: the plan has no such value.
    """

    def __init__(self, folder: Path, key: str, then: object, now: object) -> None:
        super().__init__(f"was begun with {key} {then}, to go on with {now}", where=folder)
        self.key = key
        self.then = then
        self.now = now


@dataclass(frozen=True, slots=True)
class TrainingCheckpoint:
    """The training in ``folder`` by ``plan``: everything that its weights depend on except for rounding, for JSON."""

    folder: Path
    plan: Mapping[str, Any]

    def begin(self) -> None:
        """Creates the folder, with an empty history.

        Raises:
            TrainingExistsError: it holds an unfinished training.
            ExistsError: it exists.
        """
        check_unbegun(self.folder)
        with atomic_dir(self.folder) as partial:
            self._note(partial, [])

    def check(self) -> bool:
        """Checks that the training in the folder is this one, and returns whether it is finished.

        Raises:
            NothingBegunError: the folder holds no training.
            BegunOtherwiseError: it holds another training.
        """
        if not (self.folder / _EPOCHS_NAME).is_file():
            raise NothingBegunError(self.folder)
        begun = json.loads((self.folder / _EPOCHS_NAME).read_text())["plan"]
        then, now = _flat(begun), _flat(self.plan)
        for key in {**now, **then}:
            if then.get(key) != now.get(key):
                raise BegunOtherwiseError(self.folder, key, then.get(key), now.get(key))
        return (self.folder / ARCH_NAME).exists()

    def last_state(self) -> Mapping[str, Tensor] | None:
        """Returns the state to resume the training from; None: there is no checkpoint yet.

        Raises:
            UsageError: there are checkpoints, and all are damaged.
        """
        try:
            saved = last_checkpoint(self.folder / "checkpoints")
        except DamagedCheckpointsError as error:
            raise UsageError(str(error), remedy="remove that folder to train again from the start") from error
        return None if saved is None else saved.state

    def history(self) -> list[Epoch]:
        """Returns the epochs so far, in order; those after the last checkpoint are trained again."""
        return [Epoch.from_dict(epoch) for epoch in json.loads((self.folder / _EPOCHS_NAME).read_text())["epochs"]]

    def keep(self, history: Sequence[Epoch], state: Mapping[str, Tensor]) -> None:
        """Writes the history and a checkpoint after an epoch.

        Args:
            history: all epochs of the training so far, in order.
            state: of the training after the last of them, by name.
        """
        # The checkpoint decides how far the training is: it is written last.
        self._note(self.folder, history)
        save_checkpoint(self.folder / "checkpoints", state, {})

    @contextmanager
    def watched(self, epochs_done: int, on_epoch: Callable[[Epoch], None]) -> Iterator[None]:
        """Reports the epochs that other processes write, from a thread, until the end of the block.

        Args:
            epochs_done: the number of epochs that are not reported.
            on_epoch: called in the thread with each later epoch, in order.
        """
        over = Event()

        def watch() -> None:
            seen, last = epochs_done, False
            while not last:
                last = over.wait(_WATCH_SECONDS)
                try:
                    history = self.history()
                except OSError:  # of a shared folder, just as another machine renames the file
                    continue
                for epoch in history[seen:]:
                    on_epoch(epoch)
                seen = max(seen, len(history))

        watcher = Thread(target=watch, name="epochs", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    @property
    def ray_notes(self) -> Path:
        """The folder for Ray's own files while machines train."""
        return self.folder / ".ray"

    def tidy(self) -> None:
        """Removes the files that a finished training does not need."""
        for leftover in (self.folder / "checkpoints", self.ray_notes):
            shutil.rmtree(leftover, ignore_errors=True)

    def _note(self, folder: Path, history: Sequence[Epoch]) -> None:
        with atomic_write(folder / _EPOCHS_NAME) as partial:
            partial.write_text(json.dumps({"plan": dict(self.plan), "epochs": [epoch.to_dict() for epoch in history]}))


def check_unbegun(folder: Path) -> None:
    """Checks that ``folder`` is free for a new training.

    Raises:
        TrainingExistsError: it holds an unfinished training.
        ExistsError: it exists.
    """
    if (folder / _EPOCHS_NAME).is_file() and not (folder / ARCH_NAME).exists():
        raise TrainingExistsError(folder)
    check_new(folder)


def _flat(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Puts the recipe's values beside the others, so that an error names the one that differs."""
    values = dict(plan)
    recipe = values.pop("recipe", {})
    return {**values, **recipe}
