"""Where data are, as callers write it."""

from pathlib import Path

from pydantic import TypeAdapter

from pipelines.storage.remote import Place
from search.config.data_place import check_place
from search.errors import ArgumentError


def read_place(data: str | Path, argument: str = "data") -> Place:
    """Where data are: a folder, or an address in an object store.

    Raises:
        ArgumentError: it is neither, or has credentials in it.
    """
    place: Place = TypeAdapter(Place).validate_python(data)
    try:
        return check_place(place)
    except ValueError as error:
        raise ArgumentError(argument, str(error)) from error
