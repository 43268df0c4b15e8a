"""One browser for the pages of a test file."""

from collections.abc import Iterator

import pytest

from tests.browser import close_browser


@pytest.fixture(scope="module", autouse=True)
def _close_browser() -> Iterator[None]:
    """Ends the browser with the file whose tests opened pages in it."""
    yield
    close_browser()
