"""Chooses a reader of ``.beton`` files, and opens it."""

from importlib.util import find_spec
from pathlib import Path

import torch

from pipelines.loading.base import Reader, ReaderKind


def open_reader(path: Path, kind: ReaderKind, *, workers: int, device: torch.device) -> Reader:
    """Opens a ``.beton`` file.

    Args:
        path: a file that has been verified.
        kind: which reader.
        workers: threads that decode.
        device: where the batches of a resident reader are; the others' are on the CPU.
    """
    match kind:
        case "resident":
            from pipelines.loading.resident import ResidentReader

            return ResidentReader(path, workers, device)
        case "ffcv":  # here, as FFCV may not be installed, and its import takes seconds
            from pipelines.loading.ffcv import FfcvReader

            return FfcvReader(path, workers)
        case "plain":
            from pipelines.loading.plain import PlainReader

            return PlainReader(path, workers)


def choose_reader(data_bytes: int, memory: int) -> ReaderKind:
    """``resident`` where ``data_bytes`` of pixels fit in ``memory``, else ``ffcv`` if it is installed, or ``plain``."""
    if data_bytes <= memory:
        return "resident"
    return "ffcv" if find_spec("ffcv") is not None else "plain"
