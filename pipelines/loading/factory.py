"""Chooses a reader of ``.beton`` files, and opens it."""

from importlib.util import find_spec
from pathlib import Path

import torch

from pipelines.loading.base import Reader, ReaderKind


def open_reader(path: Path, kind: ReaderKind, *, workers: int, device: torch.device) -> Reader:
    """Opens a ``.beton`` file.

    Args:
        path: a file that has been verified.
        kind: of the reader.
        workers: threads that decode.
        device: of the batches of a resident reader; those of the others are on the CPU.

    Raises:
        BetonError: the file is not a whole ``.beton`` file.
        ImportError: FFCV is not installed, and ``kind`` is ``ffcv``.
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
    """Returns ``resident`` if the pixels fit into memory, else ``ffcv`` if it is installed, or ``plain``.

    Args:
        data_bytes: of the pixels, decoded.
        memory: bytes that the pixels may take.
    """
    if data_bytes <= memory:
        return "resident"
    return "ffcv" if find_spec("ffcv") is not None else "plain"
