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
    """Writes a state dict, and ``notes`` on it in words; afterwards it is on the disk, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        partial.write_bytes(to_bytes(state, notes))


def to_bytes(state: Mapping[str, Tensor], notes: Mapping[str, str] | None = None) -> bytes:
    """A state dict as a safetensors file has it."""
    # Cloned: two names for one tensor, as some models have, are refused by the format.
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    return save(tensors, dict(notes) if notes else None)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The state dict in ``path``.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        return load_file(path)
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except SafetensorError as error:
        raise DamagedError(f"damaged, not a safetensors file ({error})", where=path) from None


def load_weights(model: nn.Module, path: Path) -> None:
    """Fills ``model`` with the weights of ``path``, every one of them.

    Raises:
        WeightsError: the file is missing or damaged, or holds another network's weights.
    """
    try:
        model.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise OtherNetworkError(
            f"weights of another network ({str(error).splitlines()[-1].strip()})", where=path
        ) from None
