"""What ``--verbose`` shows."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def shown_log() -> Iterator[None]:
    """Writes what this package logs to standard error, meanwhile."""
    logger, handler = logging.getLogger("ulsam_search"), logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
