"""Where MLflow's own UI shows a search, and how it is opened there."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.browser import open_page

# A page to ask a language model unfolds over a third of the first page that a browser opens.
_NO_ASSISTANT = """
    localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
    localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
"""


@contextmanager
def open_mlflow(address: str, width: int = 1200, height: int = 900, scale: float = 1) -> Iterator[Page]:
    """A page that reaches the server at ``address`` and nothing else."""
    with open_page(width, height, address, scale) as page:
        page.add_init_script(_NO_ASSISTANT)
        page.set_default_timeout(60_000)
        yield page


def run_page(address: str, experiment: str, run: str, tab: str = "") -> str:
    """The page of a run, or of a tab such as ``artifacts/arch.svg``."""
    return f"{address}/#/experiments/{experiment}/runs/{run}{'/' if tab else ''}{tab}?workflowType=machine_learning"


def runs_page(address: str, experiment: str, query: str = "", mode: str = "TABLE") -> str:
    """The list of an experiment's runs; ``mode`` is CHART for its charts."""
    return (
        f"{address}/#/experiments/{experiment}/runs?workflowType=machine_learning"
        f"&searchFilter={query}&compareRunsMode={mode}"
    )
