"""Addresses of databases, as SQLAlchemy writes them."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None: ``url`` is something else."""
    try:
        address = make_url(url)
    except ArgumentError:
        return None  # not a database, such as a tracking server
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if is_file else None


def absolute(url: str) -> str:
    """The address, so that it means the same wherever a command is run later."""
    file = sqlite_file(url)
    if file is None:
        return url
    return make_url(url).set(database=str(file.resolve())).render_as_string(hide_password=False)
