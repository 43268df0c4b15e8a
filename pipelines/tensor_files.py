"""Files of tensors that other programs wrote. Reading one never runs code."""

import re
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from pipelines.errors import WeightsError, first_line
from pipelines.weights import DamagedError, NoWeightsFileError
from pipelines.weights_file import weights_file

# Where checkpoints keep a state dict; averaged weights, which are those that were scored, come before others.
_NESTS = ("state_dict_ema", "model_ema", "state_dict", "model", "net")
_HDF5 = (".h5", ".hdf5")
_KERAS_WEIGHTS = "model.weights.h5"
_LARGEST = 1 << 30  # bytes: no array of a MobileNet comes near, and a small file may claim any size
_SAVE = "save the tensors alone where it was made: torch.save(model.state_dict(), 'weights.pth')"


class NotWeightsError(WeightsError):
    """A file is none of the kinds that are read."""


class HoldsCodeError(NotWeightsError):
    """A pickle holds objects whose making would run code, such as a whole model.

    Attributes:
        code: the first one's class or function.
    """

    def __init__(self, path: Path, code: str) -> None:
        super().__init__(f"holds more than tensors ({code}), and reading that would run code", where=path, remedy=_SAVE)
        self.code = code


class NoStateDictError(WeightsError):
    """A file holds other values than tensors by name."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TensorFile:
    """What a file holds.

    Attributes:
        tensors: by their names in the file.
        notes: what the file says of them, in words.
    """

    tensors: dict[str, Tensor]
    notes: Mapping[str, str] = field(default_factory=dict)


def read_tensors(path: Path) -> TensorFile:
    """Reads the tensors of a file: safetensors, ``torch.save``, or Keras, in HDF5 or within ``.keras``.

    A state dict within a checkpoint is found by its usual names, averaged weights first. Nothing in the file is run.

    Args:
        path: of the file, or of a folder with one safetensors file.

    Raises:
        WeightsError: the file is missing, damaged, or holds anything but tensors.
    """
    path = weights_file(path)
    if path.is_dir():
        raise WeightsError("a folder", where=path, remedy="name the file of weights in it")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix in _HDF5:
        return TensorFile(tensors=_read_hdf5(path, path))
    if path.suffix == ".keras":
        return TensorFile(tensors=_read_keras(path))
    return TensorFile(tensors=_read_pickle(path))


def _read_safetensors(path: Path) -> TensorFile:
    try:
        with safe_open(path, framework="pt") as file:
            return TensorFile(
                tensors={name: file.get_tensor(name) for name in file.keys()},  # noqa: SIM118  # no mapping
                notes=file.metadata() or {},
            )
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except SafetensorError as error:
        raise DamagedError(f"damaged, not a safetensors file ({error})", where=path) from None


def _read_keras(path: Path) -> dict[str, Tensor]:
    """Reads a whole model of Keras 3: an archive with weights, and with code that is ignored.

    Raises:
        NoWeightsFileError: there is no file.
        DamagedError: the archive is not one of Keras, or claims far more than the weights of a MobileNet.
    """
    try:
        with ZipFile(path) as archive, archive.open(_KERAS_WEIGHTS) as weights:
            if archive.getinfo(_KERAS_WEIGHTS).file_size > _LARGEST:
                raise DamagedError("far larger than the weights of a MobileNet", where=path)
            return _read_hdf5(BytesIO(weights.read()), path)
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except (BadZipFile, KeyError) as error:
        raise DamagedError(f"damaged, no model of Keras ({error})", where=path) from None


def _read_hdf5(source: Path | BytesIO, path: Path) -> dict[str, Tensor]:
    """Reads all arrays of numbers by their paths in the file; links to other files are not followed.

    Raises:
        NoWeightsFileError: there is no file.
        DamagedError: the file is not HDF5, or an array is outside of the file or far too large.
        NoStateDictError: the file has no arrays of numbers.
    """
    import h5py

    if not path.exists():
        raise NoWeightsFileError("no such file", where=path)
    found: dict[str, Tensor] = {}

    def take(name: str, item: object) -> None:
        if not isinstance(item, h5py.Dataset) or item.dtype.kind != "f":
            return
        if item.external or item.is_virtual or item.nbytes > _LARGEST:
            raise DamagedError(f"holds no plain array at {name}", where=path)
        found[name] = torch.from_numpy(np.asarray(item, dtype=np.float32))

    try:
        with h5py.File(source, "r") as file:
            file.visititems(take)
    except (OSError, RuntimeError) as error:
        raise DamagedError(f"damaged, not a file of HDF5 ({first_line(error)})", where=path) from None
    if not found:
        raise NoStateDictError(where=path, expected="arrays of numbers")
    return found


def _read_pickle(path: Path) -> dict[str, Tensor]:
    try:
        # A namespace is where training scripts keep their options: making one sets attributes and runs nothing else.
        with torch.serialization.safe_globals([Namespace]):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except OSError:
        raise
    except Exception as error:  # foreign bytes make the unpickler fail in many ways
        if refused := re.search(r"Unsupported global: GLOBAL (\S+)", str(error)):
            raise HoldsCodeError(path, refused[1]) from None
        what = "expected weights of PyTorch, or a file name ending in .safetensors, .h5 or .keras"
        raise NotWeightsError(what, where=path) from error
    state = _state_dict(content)
    if state is None:
        raise NoStateDictError(where=path, expected="a state dict, names and tensors alone")
    return state


def _state_dict(content: object) -> dict[str, Tensor] | None:
    """Returns the state dict that ``content`` is or contains; None: there is none."""
    if not isinstance(content, dict):
        return None
    if content and all(isinstance(value, Tensor) for value in content.values()):
        return content
    return next((state for key in _NESTS if (state := _state_dict(content.get(key))) is not None), None)
