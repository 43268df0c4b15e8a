"""Optuna's storage, through which a study is written, and what goes wrong with it in one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from optuna.exceptions import DuplicatedStudyError, StorageInternalError
from optuna.storages import RDBStorage

from search.config.secret import with_password
from search.study.database import DatabaseFailedError, RecordError, answering, connecting, engine_options, own_words


def connect(url: str) -> RDBStorage:
    """Opens the database at ``url``, and makes its tables if there are none.

    Raises:
        NoAnswerError: the database can't be opened.
        NotSetError: ``url`` names a variable that the environment does not have.
    """
    address = with_password(url)
    with connecting(url):
        return RDBStorage(address, engine_kwargs=engine_options(url))


@contextmanager
def quiet() -> Iterator[None]:
    """Silences Optuna's log of each new study."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def writing() -> Iterator[None]:
    """Turns the errors of Optuna or its database into an error of one line; earlier writes are kept.

    Raises:
        DatabaseFailedError: the database failed.
        RecordError: the database has a study of that name already.
    """
    try:
        with answering():
            yield
    except DuplicatedStudyError as error:
        raise RecordError(str(error)) from error
    except StorageInternalError as error:
        raise DatabaseFailedError(own_words(error.__cause__ or error)) from error
