"""Checkpoints of a training in progress: whole, verified when they are read, the last two kept.

The name of a file contains the progress of the training and the SHA-256 of the content. A file that was cut short or
changed is therefore detected, and the file before it is used.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor

from pipelines.files import atomic_write
from pipelines.weights import to_bytes

_KEPT = 2
_NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of a training at a checkpoint.

    Attributes:
        state: for :meth:`~pipelines.training.loop.Training.restore`.
        notes: other values that were stored with the state, as JSON.
        damaged: names of later files that were ignored, because their content does not match their hash.
    """

    state: dict[str, Tensor]
    notes: dict[str, Any]
    damaged: tuple[str, ...] = ()


class DamagedCheckpointsError(Exception):
    """Checkpoints exist, and all of them are damaged.

    Attributes:
        folder: of the checkpoints.
        damaged: their names, the latest first.
    """

    def __init__(self, folder: Path, damaged: tuple[str, ...]) -> None:
        super().__init__(folder, damaged)
        self.folder = folder
        self.damaged = damaged

    def __str__(self) -> str:
        return f"{self.folder}: no checkpoint there is what was written: {', '.join(self.damaged)}"


def save_checkpoint(folder: Path, state: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
    """Writes a checkpoint; older checkpoints but one are removed.

    Args:
        folder: of the checkpoints of this training alone; made if it is missing.
        state: of :meth:`~pipelines.training.loop.Training.state`.
        notes: other values that the training needs to continue, for JSON.
    """
    text = torch.frombuffer(bytearray(json.dumps(notes), "utf-8"), dtype=torch.uint8)
    content = to_bytes({**state, _NOTES: text})
    folder.mkdir(parents=True, exist_ok=True)
    name = f"epoch-{int(state['epochs_done']):05d}-{sha256(content).hexdigest()}.safetensors"
    with atomic_write(folder / name) as partial:
        partial.write_bytes(content)
    for old in _newest_first(folder)[_KEPT:]:
        old.unlink(missing_ok=True)


def last_checkpoint(folder: Path) -> Checkpoint | None:
    """Returns the furthest undamaged checkpoint in ``folder``; None: there is no checkpoint.

    Raises:
        DamagedCheckpointsError: there are checkpoints, and all are damaged.
    """
    damaged: list[str] = []
    for path in _newest_first(folder):
        content = path.read_bytes()
        if path.stem.endswith(sha256(content).hexdigest()):
            tensors = load(content)
            notes = json.loads(bytes(tensors.pop(_NOTES).tolist()))
            return Checkpoint(state=tensors, notes=notes, damaged=tuple(damaged))
        damaged.append(path.name)
    if damaged:
        raise DamagedCheckpointsError(folder, tuple(damaged))
    return None


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("epoch-*.safetensors"), reverse=True)
