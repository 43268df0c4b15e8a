"""Where the weights are that a path names. Knows no tensors, so it needs no torch."""

from pathlib import Path


def weights_file(path: Path) -> Path:
    """``path`` itself, or, where it is a folder with one safetensors file, such as an export, that file."""
    files = list(path.glob("*.safetensors"))
    return files[0] if len(files) == 1 else path
