"""What ``--verbose`` shows."""

import logging
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version


@contextmanager
def shown_log() -> Iterator[None]:
    """Writes what this package logs to standard error, meanwhile."""
    logger, handler = logging.getLogger("ulsam_search"), logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"))
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        logger.debug("ulsam-search %s, Python %s", version("ulsam-search"), platform.python_version())
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)
