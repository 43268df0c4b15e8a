"""A training that is not finished yet: its plan, its history and checkpoints, in the folder of its network."""

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
    """What was begun in a folder is another training.

    Attributes:
        key: of the first value that differs.
        then, now: its values; None: there was, or is, none.
    """

    def __init__(self, folder: Path, key: str, then: object, now: object) -> None:
        super().__init__(f"was begun with {key} {then}, to go on with {now}", where=folder)
        self.key = key
        self.then = then
        self.now = now


@dataclass(frozen=True, slots=True)
class TrainingCheckpoint:
    """The training in ``folder`` by ``plan``: all that its weights depend on, but for rounding, as JSON has it."""

    folder: Path
    plan: Mapping[str, Any]

    def begin(self) -> None:
        """Makes the folder.

        Raises:
            UsageError: it exists.
        """
        check_unbegun(self.folder)
        with atomic_dir(self.folder) as partial:
            self._note(partial, [])

    def check(self) -> bool:
        """Makes sure that what was begun in the folder is this training; whether it is finished.

        Raises:
            UsageError: it is another, or not there.
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
        """What the training goes on from; None: nothing yet.

        Raises:
            UsageError: there are checkpoints, and all are damaged.
        """
        try:
            saved = last_checkpoint(self.folder / "checkpoints")
        except DamagedCheckpointsError as error:
            raise UsageError(str(error), remedy="remove that folder to train again from the start") from error
        return None if saved is None else saved.state

    def history(self) -> list[Epoch]:
        """The epochs so far; those after the last checkpoint are trained again."""
        return [Epoch.from_dict(epoch) for epoch in json.loads((self.folder / _EPOCHS_NAME).read_text())["epochs"]]

    def keep(self, history: Sequence[Epoch], state: Mapping[str, Tensor]) -> None:
        """Keeps where the training is after an epoch."""
        # The checkpoint decides how far the training is: it is written last.
        self._note(self.folder, history)
        save_checkpoint(self.folder / "checkpoints", state, {})

    @contextmanager
    def watched(self, epochs_done: int, on_epoch: Callable[[Epoch], None]) -> Iterator[None]:
        """Tells ``on_epoch`` meanwhile of the epochs that others keep, after the first ``epochs_done``."""
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
        """Where Ray may keep what it wants to while machines train."""
        return self.folder / ".ray"

    def tidy(self) -> None:
        """Removes what a finished training does not need."""
        for leftover in (self.folder / "checkpoints", self.ray_notes):
            shutil.rmtree(leftover, ignore_errors=True)

    def _note(self, folder: Path, history: Sequence[Epoch]) -> None:
        with atomic_write(folder / _EPOCHS_NAME) as partial:
            partial.write_text(json.dumps({"plan": dict(self.plan), "epochs": [epoch.to_dict() for epoch in history]}))


def check_unbegun(folder: Path) -> None:
    """Refuses a ``folder`` for a new training that exists.

    Raises:
        UsageError: it does.
    """
    if (folder / _EPOCHS_NAME).is_file() and not (folder / ARCH_NAME).exists():
        raise TrainingExistsError(folder)
    check_new(folder)


def _flat(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The recipe's values beside the others: the one that differs is named, not all."""
    values = dict(plan)
    recipe = values.pop("recipe", {})
    return {**values, **recipe}
