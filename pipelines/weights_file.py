"""Where the weights are that a path names. Knows no tensors, so it needs no torch."""

from pathlib import Path


def weights_file(path: Path) -> Path:
    """Returns the safetensors file of a folder with one such file, such as an export; otherwise ``path`` itself."""
    files = list(path.glob("*.safetensors"))
    return files[0] if len(files) == 1 else path
