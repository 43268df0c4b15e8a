"""Weights on disk, as safetensors: reading them never runs code."""

import os
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from pipelines.errors import WeightsError


def save_weights(state: Mapping[str, Tensor], path: Path) -> None:
    """Writes a state dict beside ``path`` and renames it when whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


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
