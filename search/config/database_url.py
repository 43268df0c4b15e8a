"""Addresses of databases, as SQLAlchemy writes them."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_SQLITE = ("sqlite", "sqlite+pysqlite")  # the same driver


def sqlite_url(path: Path) -> str:
    """Returns the address of the SQLite database in the file ``path``, valid in every working folder."""
    file = str(path.resolve())
    url = URL.create("sqlite", database=file)
    if url.render_as_string() != f"sqlite:///{file}":
        # MLflow (3.17) makes the folders that an address names after sqlite:///, without decoding them.
        url = url.set(drivername="sqlite+pysqlite")
    return url.render_as_string()


def sqlite_file(url: str) -> Path | None:
    """Returns the file of a SQLite database; None: ``url`` is not the address of such a file."""
    try:
        address = make_url(url)
    except ArgumentError:
        return None  # not a database, such as a tracking server
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)) if is_file else None


def absolute(url: str) -> str:
    """Returns the address with an absolute path of a SQLite file, valid in every working folder."""
    file = sqlite_file(url)
    if file is None:
        return url
    driver, _, rest = url.partition("://")
    path, mark, query = rest.partition("?")
    own_driver, _, own_path = sqlite_url(file).partition("://")
    # All but the path stays as it is: there, ${NAME} is the name of a password.
    return f"{own_driver if driver in _SQLITE else driver}://{path.partition('/')[0]}{own_path}{mark}{query}"
