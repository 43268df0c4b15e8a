"""Optuna's storage, through which a study is written, and what goes wrong with it in one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from optuna.exceptions import DuplicatedStudyError, StorageInternalError
from optuna.storages import RDBStorage

from search.config.secret import with_password
from search.study.database import DatabaseFailedError, RecordError, answering, connecting, engine_options, own_words


def connect(url: str) -> RDBStorage:
    """Opens the database at ``url``, and makes its tables where there are none.

    Raises:
        NoAnswerError: it can't be reached.
    """
    address = with_password(url)
    with connecting(url):
        return RDBStorage(address, engine_kwargs=engine_options(url))


@contextmanager
def quiet() -> Iterator[None]:
    """Silences what Optuna logs of each study that is made: its caller, and whoever calls us, asked for none."""
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


@contextmanager
def writing() -> Iterator[None]:
    """Turns what Optuna or its database raise into an error of one line; what was written stays.

    Raises:
        DatabaseFailedError: the database failed.
    """
    try:
        with answering():
            yield
    except DuplicatedStudyError as error:
        raise RecordError(str(error)) from error
    except StorageInternalError as error:
        raise DatabaseFailedError(own_words(error.__cause__ or error)) from error
