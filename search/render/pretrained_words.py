"""The files of trained weights that networks of a search start from, in words."""

from collections.abc import Sequence

from search.study.pretrained_files import PretrainedFile


def pretrained_in_words(files: Sequence[PretrainedFile]) -> str:
    """Returns the names of the files, and the networks that each is for if there are several.

    Args:
        files: of the search; empty: all its networks start from fresh weights.
    """
    names = [f"{file.file}{_networks(file)}" for file in files]
    return f"weights to start from: {', '.join(names) or 'none'} (training.pretrained)"


def _networks(file: PretrainedFile) -> str:
    return "" if file.width is None else f" for {file.backbone} x{file.width:g}"
