"""One MLflow database for all tests of the mirror, each of which has an experiment of its own; one browser a file."""

from collections.abc import Iterator

import pytest

from tests.browser import close_browser


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all tests: making its tables takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture(scope="module", autouse=True)
def _close_browser() -> Iterator[None]:
    """Ends the browser with the file whose tests opened pages in it."""
    yield
    close_browser()
