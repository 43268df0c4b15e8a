"""Pictures of what a search shows: its page in MLflow, its front, its report, on a desktop and on a phone.

    .venv/bin/python -m scripts.screenshots RUN --runs runs --out docs/screens

MLflow is a server of its own that is filled from the run's record and goes when the pictures are taken.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from mlflow import MlflowClient
from playwright.sync_api import FloatRect, Page

from search.analysis.front import pareto_front
from search.render.front_page import save_page
from search.render.report import save_report
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_server import TRIAL
from tests.browser import open_page
from tests.search.ray_backend.ports import free_ports
from tests.search.tracking.mlflow_pages import open_mlflow, run_page
from tests.search.tracking.tracking_server import tracking_server

_SCREENS = {"": (1200, 900, 1), "-phone": (390, 844, 2)}  # width, height, pixels of the picture to one of those

_MARGIN = 24  # pixels beside a part of a page


def screenshots(
    run: Annotated[str, typer.Argument(help="Name of the run.")],
    runs: Annotated[Path, typer.Option(help="Folder of the runs.")] = Path("runs"),
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("pictures"),
) -> None:
    """Takes the pictures."""
    now = RunFolder.find(runs, run).snapshot()
    spec, trials = now.spec, now.ended
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        save_page(spec, trials, folder / "front.html", now.final_evaluations)
        save_report(spec, trials, folder / "report.html", now.final_evaluations, more=2 * len(trials))
        for screen, (width, height, scale) in _SCREENS.items():
            for kind in ("front", "report"):
                with open_page(width, height, scale=scale) as page:
                    page.goto((folder / f"{kind}.html").as_uri())
                    if kind == "front":
                        _compare(page)
                    _take(page, out / f"{kind}{screen}.png")
                    if kind == "report" and not screen:
                        _take_attention(page, out / "attention.png")
        with tracking_server(folder, *free_ports(1)) as address:
            _mlflow(address, spec, trials, now.asked, out)


def _mlflow(address: str, spec: StudySpec, trials: Sequence[TrialRecord], asked: int | None, out: Path) -> None:
    """The search's run with its whole note, and, where there is room, the drawing of its most accurate network."""
    with MlflowMirror(address, spec, asked, trials, patience=None) as mirror:
        mirror.outcome = "FINISHED"
    client = MlflowClient(address)
    experiment = client.get_experiment_by_name(spec.name).experiment_id
    ids = {found.data.tags[TRIAL]: found.info.run_id for found in client.search_runs([experiment])}
    best = max(pareto_front(trials, spec.search.cost_epsilon), key=lambda trial: trial.value)
    for screen, (width, height, scale) in _SCREENS.items():
        with open_mlflow(address, width, height, scale) as page:
            page.goto(run_page(address, experiment, ids["parent"]))
            _fold_sidebar(page, width)
            page.get_by_role("button", name="Expand description").click()
            page.get_by_text("Description", exact=True).evaluate("title => title.scrollIntoView()")
            _take(page, out / f"mlflow{screen}.png")
    with open_mlflow(address) as page:
        page.goto(run_page(address, experiment, ids[str(best.number)], "artifacts/arch.svg"))
        page.get_by_role("img", name="arch.svg").wait_for()
        _take(page, out / "mlflow-network.png")


def _compare(page: Page) -> None:
    """Two networks side by side, neighbours on the front of FLOPs."""
    page.locator(".plot svg[tabindex]").last.focus()
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def _fold_sidebar(page: Page, width: int) -> None:
    """On a phone it takes half of the screen."""
    if width < 600:
        page.get_by_role("button", name="Toggle sidebar").click()


def _take(page: Page, path: Path, clip: FloatRect | None = None) -> None:
    """Takes the picture once all that the page shows is there; ``clip``: of that part of the whole page."""
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.wait_for_timeout(1000)  # what unfolds has unfolded
    page.screenshot(path=path, clip=clip, full_page=clip is not None)
    typer.echo(path)


def _take_attention(page: Page, path: Path) -> None:
    """What attention is worth, of a report: against leaving blocks out where the search knows, else place by place."""
    heading = page.get_by_role("heading", name="Attention").last
    clip, after = heading.bounding_box(), heading.locator("xpath=following-sibling::h2[1]").bounding_box()
    assert clip is not None
    assert after is not None
    left, width = clip["x"] - _MARGIN, clip["width"] + 2 * _MARGIN
    _take(page, path, {"x": left, "y": clip["y"], "width": width, "height": after["y"] - clip["y"]})


if __name__ == "__main__":
    typer.run(screenshots)
