"""Reads the location of data as callers write it."""

from pathlib import Path

from pydantic import TypeAdapter

from pipelines.storage.remote import DataLocation
from search.config.data_location import check_data_location
from search.errors import ArgumentError


def read_data_location(data: str | Path, argument: str = "data") -> DataLocation:
    """Returns the location of data: a folder, or an address in an object store.

    Args:
        data: a path, or an address such as ``s3://BUCKET/FOLDER``; ``~/`` is the home folder.
        argument: the name of the caller's argument, for the error.

    Raises:
        ArgumentError: ``data`` is neither a path nor such an address, or contains credentials.
    """
    location: DataLocation = TypeAdapter(DataLocation).validate_python(data)
    try:
        return check_data_location(location)
    except ValueError as error:
        raise ArgumentError(argument, str(error)) from error
