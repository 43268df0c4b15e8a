"""The database of a study: connecting to it, and what goes wrong with it in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from optuna.exceptions import DuplicatedStudyError, StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy.exc import SQLAlchemyError

from pipelines.errors import first_line
from search.config.secret import with_password, without_password
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


def connect(url: str) -> RDBStorage:
    """Opens the database at ``url``, and makes its tables where there are none.

    Raises:
        NoAnswerError: it can't be reached.
    """
    options = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    address = with_password(url)
    try:
        return RDBStorage(address, engine_kwargs=options)
    except (SQLAlchemyError, ImportError, ValueError, OSError) as error:
        reason = without_password(first_line(error), url)
        raise NoAnswerError(reason) from None  # the cause spells the address out


@contextmanager
def answering() -> Iterator[None]:
    """Turns what a database raises into an error of one line; what was written stays.

    Raises:
        DatabaseFailedError: the database failed.
    """
    try:
        yield
    except DuplicatedStudyError as error:
        raise RecordError(str(error)) from error
    except (StorageInternalError, SQLAlchemyError) as error:
        cause = error.__cause__ or error
        cause = getattr(cause, "orig", None) or cause  # the database's own words, without SQLAlchemy's
        raise DatabaseFailedError(first_line(cause)) from error
