"""Where results may be written."""

from collections.abc import Sequence
from pathlib import Path

from search.errors import ArgumentError


def check_output(argument: str, path: Path, endings: Sequence[str] = ()) -> None:
    """Refuses a ``path`` to be written whose name has none of ``endings``, where there are such, or that has no folder.

    Args:
        argument: that names the path, for the error.
        path: of a file.
        endings: such as ``.pdf``.

    Raises:
        ArgumentError: it is so.
    """
    if endings and path.suffix not in endings:
        raise ArgumentError(argument, f"expected a name ending in {', '.join(endings)}", got=path)
    if not path.absolute().parent.is_dir():
        raise ArgumentError(argument, f"there is no folder {path.absolute().parent}", got=path)
