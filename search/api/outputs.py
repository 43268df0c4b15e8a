"""Checks where results are to be written."""

from collections.abc import Sequence
from pathlib import Path

from search.errors import ArgumentError


def check_output(argument: str, path: Path, endings: Sequence[str] = ()) -> None:
    """Checks the name and the folder of a file to write.

    Args:
        argument: the name of the caller's argument, for the error.
        path: of the file to write; may exist.
        endings: the endings that its name may have, such as ``.pdf``; empty: any.

    Raises:
        ArgumentError: the name has another ending, or the folder does not exist.
    """
    if endings and path.suffix not in endings:
        raise ArgumentError(argument, f"expected a name ending in {', '.join(endings)}", got=path)
    if not path.absolute().parent.is_dir():
        raise ArgumentError(argument, f"there is no folder {path.absolute().parent}", got=path)
