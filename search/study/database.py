"""What goes wrong with the database of a study, in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import first_line
from search.config.secret import without_password
from search.errors import UsageError


class RecordError(UsageError):
    """The record can't be opened, read or written, or is not there."""


class NoAnswerError(RecordError):
    """A database can't be opened.

    Attributes:
        reason: in its own words, without credentials.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"can't open the study's database: {reason}")
        self.reason = reason


class DatabaseFailedError(RecordError):
    """A database failed while it was used; what was written stays.

    Attributes:
        reason: in its own words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the study's database failed: {reason}")
        self.reason = reason


def engine_options(url: str) -> dict[str, Any]:
    """Returns the options of SQLAlchemy for the database at ``url``."""
    return {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {"pool_pre_ping": True}


@contextmanager
def connecting(url: str) -> Iterator[None]:
    """Turns the errors of opening the database at ``url`` into an error of one line, without credentials.

    Raises:
        NoAnswerError: the database can't be opened.
    """
    try:
        yield
    except (SQLAlchemyError, ImportError, ValueError, OSError) as error:
        reason = without_password(first_line(error), url)
        raise NoAnswerError(reason) from None  # the cause spells the address out


@contextmanager
def answering() -> Iterator[None]:
    """Turns the errors of a database into an error of one line; earlier writes are kept.

    Raises:
        DatabaseFailedError: the database failed.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise DatabaseFailedError(own_words(error)) from error


def own_words(error: BaseException) -> str:
    """Returns the first line of a database's message, without the text that SQLAlchemy adds."""
    return first_line(getattr(error, "orig", None) or error)
