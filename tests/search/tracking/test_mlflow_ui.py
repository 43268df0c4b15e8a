"""A search in MLflow's own UI, in a real browser: its front, its networks and their drawings are seen there."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

import pytest

pytest.importorskip("mlflow")
from mlflow import MlflowClient
from mlflow.entities import Run
from playwright.sync_api import Locator, Page, expect

from search.analysis.front import pareto_front
from search.render.front_table import front_cells, front_columns
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_server import runs_page as printed_page
from tests.search.factory import fill, new_run, result
from tests.search.ray_backend.ports import free_ports
from tests.search.tracking.mlflow_pages import open_mlflow, run_page, runs_page
from tests.search.tracking.tracking_server import tracking_server

pytestmark = pytest.mark.slow
TRIALS = 9  # MLflow's charts begin with ten runs


@dataclass(frozen=True)
class Mirrored:
    """A search on a server that runs."""

    address: str
    experiment: str
    parent: Run
    children: dict[int, Run]
    trials: list[TrialRecord]
    front: list[tuple[str, ...]]  # its headings first


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirrored]:
    folder, rng = tmp_path_factory.mktemp("ui"), Random(0)
    _, record = new_run(folder, name="photos")
    trials = fill(record, [result(rng.uniform(0.4, 0.8)) for _ in range(TRIALS)])
    with tracking_server(folder, *free_ports(1)) as address:
        with MlflowMirror(address, record.spec, TRIALS, trials, patience=None) as view:
            view.outcome = "FINISHED"
        assert view.problem is None
        client = MlflowClient(address)
        experiment = client.get_experiment_by_name("photos")
        assert experiment is not None
        runs = {run.data.tags["ulsam_search.trial"]: run for run in client.search_runs([experiment.experiment_id])}
        parent = runs.pop("parent")
        children = {int(number): run for number, run in runs.items()}
        front = [front_columns(record.spec), *front_cells(record.spec, trials)]
        yield Mirrored(address, experiment.experiment_id, parent, children, trials, front)


@pytest.fixture
def page(mirrored: Mirrored) -> Iterator[Page]:
    """A page of MLflow; it asked nobody but its server, and all that is ours was there."""
    elsewhere: list[str] = []
    with open_mlflow(mirrored.address) as page:
        page.on("request", lambda request: elsewhere.append(request.url))
        yield page
    allowed = (f"{mirrored.address}/", f"blob:{mirrored.address}/", "data:")
    assert [url for url in elsewhere if not url.startswith(allowed)] == []


def is_seen(page: Page, picture: Locator) -> None:
    """Waits until a picture is loaded and has a size on the screen."""
    picture.wait_for()
    page.wait_for_function("picture => picture.naturalWidth > 0", arg=picture.element_handle())
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 300


def listed(page: Page) -> list[str]:
    """The runs that the list shows below the search."""
    search = page.locator(".ag-row", has=page.get_by_role("link", name="photos", exact=True)).last
    search.locator("button").first.click()
    children = page.locator(".ag-row a").filter(has_text="trial ")
    children.first.wait_for()
    return children.all_text_contents()


def test_a_search_opens_on_a_note_with_its_front(page: Page, mirrored: Mirrored) -> None:
    page.goto(run_page(mirrored.address, mirrored.experiment, mirrored.parent.info.run_id))
    note = page.get_by_test_id("note-editor-preview-content")
    note.wait_for()
    expect(note).to_contain_text(f"{TRIALS} of {TRIALS} trials finished on digits")
    cells = [cell.strip() for cell in note.locator("th, td").all_text_contents()]
    assert cells == [cell for row in mirrored.front for cell in row]
    page.get_by_role("button", name="Expand description").click()
    is_seen(page, note.locator("img"))
    assert note.evaluate("note => note.querySelector('img').getBoundingClientRect().right <= window.innerWidth")


def test_the_page_that_is_printed_opens_on_the_front(page: Page, mirrored: Mirrored) -> None:
    """As model training, with a chart of accuracy against each cost, and the front's trials first in the list."""
    experiment = MlflowClient(mirrored.address).get_experiment(mirrored.experiment)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    printed = printed_page(mirrored.address, mirrored.experiment)
    assert printed is not None
    page.goto(printed)
    for cost in ("params", "flops"):
        chart = page.locator(".js-plotly-plot", has=page.locator(".xtitle", has_text=cost))
        chart.wait_for()
        expect(chart.locator(".ytitle")).to_have_text("accuracy")
        expect(chart.locator(".scatterlayer path.point")).to_have_count(TRIALS)
    expect(page.get_by_role("button", name="Pareto front")).to_have_count(1)
    rows = page.locator(".ag-row a").filter(has_text="trial ").all_text_contents()
    front = {f"trial {trial.number:05d}" for trial in pareto_front(mirrored.trials)}
    assert len(rows) == TRIALS
    assert set(rows[: len(front)]) == front
    expect(page.get_by_text("Judges", exact=True)).to_have_count(0)


def test_the_list_is_filtered_to_the_front(page: Page, mirrored: Mirrored) -> None:
    page.goto(runs_page(mirrored.address, mirrored.experiment, quote("tags.pareto = 'true'")))
    front = pareto_front(mirrored.trials)
    assert len(front) < TRIALS
    assert sorted(listed(page)) == sorted(f"trial {trial.number:05d}" for trial in front)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_network_is_seen_as_a_drawing(page: Page, mirrored: Mirrored, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    run = mirrored.children[mirrored.trials[0].number].info.run_id
    page.goto(run_page(mirrored.address, mirrored.experiment, run, "artifacts/arch.svg"))
    is_seen(page, page.get_by_role("img", name="arch.svg"))
