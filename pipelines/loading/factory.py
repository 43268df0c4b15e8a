"""Chooses a reader of ``.beton`` files, and opens it."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import torch

from pipelines.loading.base import Reader, ReaderKind
from pipelines.storage.beton import BetonFile
from pipelines.storage.joined_files import ImageFile, JoinedFiles


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
    if kind == "ffcv":  # here, as FFCV may not be installed, and its import takes seconds
        from pipelines.loading.ffcv import FfcvReader

        return FfcvReader(path, workers)
    return _open(BetonFile(path), kind, workers, device)


def open_joined_reader(paths: Sequence[Path], kind: ReaderKind, *, workers: int, device: torch.device) -> Reader:
    """Opens several ``.beton`` files as one: the images of the first, then those of the next.

    Args:
        paths: files that have been verified, with images of one size.
        kind: of the reader; not ``ffcv``, which reads one file.
        workers: threads that decode.
        device: of the batches of a resident reader; those of a plain one are on the CPU.

    Raises:
        BetonError: a file is not a whole ``.beton`` file.
    """
    return _open(JoinedFiles([BetonFile(path) for path in paths]), kind, workers, device)


def _open(file: ImageFile, kind: ReaderKind, workers: int, device: torch.device) -> Reader:
    if kind == "resident":
        from pipelines.loading.resident import ResidentReader

        return ResidentReader(file, workers, device)
    assert kind == "plain", "FFCV reads one file"
    from pipelines.loading.plain import PlainReader

    return PlainReader(file, workers)


def choose_reader(data_bytes: int, memory: int, *, joins: bool = False) -> ReaderKind:
    """Returns ``resident`` if the pixels fit into memory, else ``ffcv`` if it is installed, or ``plain``.

    Args:
        data_bytes: of the pixels, decoded.
        memory: bytes that the pixels may take.
        joins: whether one batch has images of several files, which FFCV can't read.
    """
    if data_bytes <= memory:
        return "resident"
    return "ffcv" if not joins and find_spec("ffcv") is not None else "plain"
