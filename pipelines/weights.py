"""Weights on disk, as safetensors: reading them never runs code. Files of others: :mod:`pipelines.tensor_files`."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from pipelines.errors import WeightsError
from pipelines.files import atomic_write


class NoWeightsFileError(WeightsError):
    """There is no file of weights."""


class DamagedError(WeightsError):
    """A file that should be safetensors is not, or not whole."""


class OtherNetworkError(WeightsError):
    """Weights have other names or shapes than the network's."""


def save_weights(state: Mapping[str, Tensor], path: Path, notes: Mapping[str, str] | None = None) -> None:
    """Writes weights to a file; afterwards the whole file is on the disk.

    Args:
        state: tensors by name, on any device.
        path: of the file to write; its folder is made.
        notes: texts by name, stored with the weights; None: no notes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        partial.write_bytes(to_bytes(state, notes))


def to_bytes(state: Mapping[str, Tensor], notes: Mapping[str, str] | None = None) -> bytes:
    """Returns the content of a safetensors file.

    Args:
        state: tensors by name, on any device; two names may be of one tensor.
        notes: texts by name, stored with the tensors; None or empty: no notes.
    """
    # Cloned: two names for one tensor, as some models have, are refused by the format.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    return save(tensors, dict(notes) if notes else None)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Reads the state dict in ``path``, a safetensors file.

    Raises:
        NoWeightsFileError: there is no file.
        DamagedError: the file is not a whole safetensors file.
    """
    try:
        return load_file(path)
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except SafetensorError as error:
        raise DamagedError(f"damaged, not a safetensors file ({error})", where=path) from None


def load_weights(model: nn.Module, path: Path) -> None:
    """Sets all weights of a network to those of a file.

    Args:
        model: the network, changed in place.
        path: of a safetensors file.

    Raises:
        NoWeightsFileError: there is no file.
        DamagedError: the file is not a whole safetensors file.
        OtherNetworkError: the file has other names or shapes than the network.
    """
    try:
        model.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise OtherNetworkError(
            f"weights of another network ({str(error).splitlines()[-1].strip()})", where=path
        ) from None
