"""Weights on disk, as safetensors: reading them never runs code."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from pipelines.errors import WeightsError
from pipelines.files import atomic_write


class NoWeightsFileError(WeightsError):
    """There is no file of weights."""


class DamagedError(WeightsError):
    """A file that should be safetensors is not, or not whole."""


class NotWeightsError(WeightsError):
    """A file is neither safetensors nor PyTorch's own, or holds code."""


class NoStateDictError(WeightsError):
    """A file holds other values than tensors by name."""


class OtherNetworkError(WeightsError):
    """Weights have other names or shapes than the network's."""


def save_weights(state: Mapping[str, Tensor], path: Path) -> None:
    """Writes a state dict; afterwards it is on the disk, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        partial.write_bytes(to_bytes(state))


def to_bytes(state: Mapping[str, Tensor]) -> bytes:
    """A state dict as a safetensors file has it."""
    # Cloned: two names for one tensor, as some models have, are refused by the format.
    return save({name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()})


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


def read_pretrained(path: Path) -> dict[str, Tensor]:
    """The state dict in ``path``: safetensors, or what ``torch.save`` wrote, such as torchvision's downloads.

    A state dict within a checkpoint is found under ``model`` or ``state_dict``.

    Raises:
        WeightsError: the file is missing, damaged or holds anything but tensors; nothing in it is run.
    """
    if path.is_dir():
        raise WeightsError("a folder", where=path, remedy="name the file of weights in it")
    if path.suffix == ".safetensors":
        return read_weights(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise NoWeightsFileError("no such file", where=path) from None
    except OSError:
        raise
    except Exception as error:  # foreign bytes make the unpickler fail in many ways
        raise NotWeightsError("expected weights, .safetensors or PyTorch's own; it is neither", where=path) from error
    for key in ("model", "state_dict"):
        state = state.get(key, state) if isinstance(state, dict) else state
    if not isinstance(state, dict) or not all(isinstance(tensor, Tensor) for tensor in state.values()):
        raise NoStateDictError(where=path, expected="a state dict, names and tensors alone")
    return state


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
