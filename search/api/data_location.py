"""Where data are, as callers write it."""

from pathlib import Path

from pydantic import TypeAdapter

from pipelines.storage.remote import DataLocation
from search.config.data_location import check_data_location
from search.errors import ArgumentError


def read_data_location(data: str | Path, argument: str = "data") -> DataLocation:
    """Where data are: a folder, or an address in an object store.

    Raises:
        ArgumentError: it is neither, or has credentials in it.
    """
    location: DataLocation = TypeAdapter(DataLocation).validate_python(data)
    try:
        return check_data_location(location)
    except ValueError as error:
        raise ArgumentError(argument, str(error)) from error
