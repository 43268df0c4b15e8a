"""Errors of the operating system, also where a library hands on nothing but their words."""

import errno
import os

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_IN_WORDS = {os.strerror(number): number for number in (*NO_SPACE, errno.EIO, errno.EMFILE, errno.ENFILE)}
_IN_WORDS["can't start new thread"] = errno.EAGAIN  # Python's own for that


def system_error(error: BaseException) -> int | None:
    """Returns the system's error number; None: the error is not one of the system, or has no number.

    Torch raises some as a RuntimeError, such as those of shared memory, and Python the lack of threads. For a lack of
    memory use :func:`~pipelines.training.micro_batches.out_of_memory`.
    """
    if isinstance(error, OSError):
        return error.errno
    if isinstance(error, RuntimeError):
        return next((number for words, number in _IN_WORDS.items() if words in str(error)), None)
    return None
