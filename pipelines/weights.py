"""Weights on disk, as safetensors: reading them never runs code."""

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipelines.errors import WeightsError
from pipelines.files import whole_file


def save_weights(state: Mapping[str, Tensor], path: Path) -> None:
    """Writes a state dict; afterwards it is on the disk, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}, partial)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The state dict in ``path``.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        return load_file(path)
    except FileNotFoundError:
        raise WeightsError(f"{path}: no such file") from None
    except SafetensorError as error:
        raise WeightsError(f"{path}: damaged, not a safetensors file ({error})") from None


def load_weights(model: nn.Module, path: Path) -> None:
    """Fills ``model`` with the weights of ``path``, every one of them.

    Raises:
        WeightsError: the file is missing or damaged, or holds another network's weights.
    """
    try:
        model.load_state_dict(read_weights(path))
    except RuntimeError as error:
        raise WeightsError(f"{path}: weights of another network ({str(error).splitlines()[-1].strip()})") from None
