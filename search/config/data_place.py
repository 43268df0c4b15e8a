"""Where data are: a folder, or a place in an object store that is written without credentials."""

import re
from pathlib import Path

from pipelines.errors import DetailedError
from pipelines.storage.remote import Place
from search.config.secret import CredentialsError, has_credentials


class PlaceError(DetailedError):
    """Data are neither in a folder nor in an object store that is known."""


def at_home(path: Path) -> Path:
    """The path with ``~/`` replaced by the home folder, as a shell does; a folder called ``~`` needs a whole path."""
    try:
        return path.expanduser()
    except RuntimeError:  # there is no home folder
        return path


def check_place(place: Place) -> Place:
    """Refuses an address of data that is none, or that has credentials in it; ``~/`` is the home folder.

    Raises:
        CredentialsError: it has.
        PlaceError: it is none.
    """
    if isinstance(place, str):
        if has_credentials(place):
            raise CredentialsError(
                "holds credentials",
                remedy="leave them out: they are found where the cloud's own tools find them, in the environment for "
                "instance",
            )
    elif kind := re.match(r"^\w+:/", str(place)):  # a path has one slash where the address had two
        raise PlaceError(  # without the address, which may hold a password
            expected="a folder, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER",
            got=f"an address that begins with {kind[0]}/",
        )
    return place if isinstance(place, str) else at_home(place)
