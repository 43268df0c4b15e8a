"""Where data are: a folder, or an address in an object store that is written without credentials."""

import re
from pathlib import Path

from pipelines.errors import DetailedError
from pipelines.storage.remote import DataLocation
from search.config.secret import CredentialsError, has_credentials


class DataLocationError(DetailedError):
    """Data are neither in a folder nor in an object store that is known."""


def at_home(path: Path) -> Path:
    """Returns the path with ``~/`` replaced by the home folder, as in a shell.

    A folder called ``~`` needs a whole path.
    """
    try:
        return path.expanduser()
    except RuntimeError:  # there is no home folder
        return path


def check_data_location(location: DataLocation) -> DataLocation:
    """Returns the location of data, with ``~/`` replaced by the home folder.

    Raises:
        CredentialsError: the address has credentials.
        AddressError: the address can't be read.
        DataLocationError: a path begins like an address of an unknown kind.
    """
    if isinstance(location, str):
        if has_credentials(location):
            raise CredentialsError(
                "holds credentials",
                remedy="leave them out: they are found where the cloud's own tools find them, in the environment for "
                "instance",
            )
    elif kind := re.match(r"^\w+:/", str(location)):  # a path has one slash where the address had two
        raise DataLocationError(  # without the address, which may hold a password
            expected="a folder, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER",
            got=f"an address that begins with {kind[0]}/",
        )
    return location if isinstance(location, str) else at_home(location)
