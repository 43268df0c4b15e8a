"""The front page of 2,000 trials in Chromium: how long until it is drawn, and until it answers a person.

    python -m benchmarks.front_page [--trials 2000] [--rounds 9]

The rival is Optuna's own picture of the same trials, ``plot_pareto_front`` as a page of plotly; both open in turns with
an empty page, which is the lower limit of the time. The browser is open already when a page is. Drawn: from the start
of navigation to the end of the first frame after loading. An answer: from a pointer's or a key's event to the frame
that shows what it did, as the browser's own Event Timing has it, in steps of 8 ms.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import optuna
from playwright.sync_api import Page

from benchmarks.made_up import made_up_spec
from benchmarks.report import save, spread
from search.config.settings import SearchSection
from search.render.front_page import save_page
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.browser import open_page
from tests.search.factory import trained
from ulsam import ArchConfig

SPEC = made_up_spec("front", SearchSection())
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
WATCH = """() => {
  window.answers = [];
  new PerformanceObserver((list) => answers.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "event", durationThreshold: 16 });
}"""
EVENTS = 60  # of each kind
AT_REST = 2000  # ms after which a browser no longer loads what is its own


def made_up_trials(count: int) -> list[TrialRecord]:
    """So many networks with accuracies that they may well have."""
    rng, networks = Random(0), dict[Candidate, None]()
    while len(networks) < count:
        networks[SPEC.search_space.sample(rng)] = None

    def accuracy(arch: ArchConfig) -> float:
        return 0.4 + 0.3 * arch.width**0.5 + 0.02 * len(arch.placements) ** 0.5 + Random(arch.arch_id).gauss(0, 0.01)

    return trained(SPEC, networks, accuracy)


def save_rival(trials: list[TrialRecord], path: Path) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(directions=["maximize", "minimize"])
    study.add_trials([optuna.trial.create_trial(values=[trial.value, trial.costs["flops"]]) for trial in trials])
    optuna.visualization.plot_pareto_front(study, target_names=["accuracy", "FLOPs"]).write_html(path)


def milliseconds_to_draw(path: Path) -> float:
    with _open_page_at_rest() as page:
        page.goto(path.as_uri(), wait_until="load")
        return float(page.evaluate(DRAWN))


def answers(path: Path, act: Callable[[Page], None]) -> dict[str, float]:
    """What events took that took 16 ms or more; the rest are counted."""
    with _open_page_at_rest(height=1400) as page:
        page.goto(path.as_uri())
        page.evaluate(WATCH)
        act(page)
        page.wait_for_timeout(500)
        taken = page.evaluate("answers")
    return {"events": EVENTS, "of_16_ms_or_more": len(taken), "worst_ms": max(taken, default=16.0)}


def hover(page: Page) -> None:
    box = _box(page, ".plot svg >> nth=0")
    for step in range(EVENTS):
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * step / EVENTS), box["y"] + box["height"] / 2)


def click(page: Page) -> None:
    box = _box(page, ".plot svg >> nth=0")
    for step in range(EVENTS):
        page.mouse.click(box["x"] + box["width"] * (0.1 + 0.8 * step / EVENTS), box["y"] + box["height"] / 2)


def drag(page: Page) -> None:
    box = _box(page, ".handle >> nth=1")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(EVENTS):
        page.mouse.move(x - 5 * step, y)
    page.mouse.up()


def press(page: Page) -> None:
    page.locator(".plot svg >> nth=0").focus()
    for _ in range(EVENTS):
        page.keyboard.press("ArrowRight")


@contextmanager
def _open_page_at_rest(**options: int) -> Iterator[Page]:
    with open_page(**options) as page:
        page.wait_for_timeout(AT_REST)
        yield page


def _box(page: Page, selector: str) -> dict[str, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return dict(box)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    trials = made_up_trials(options.trials)
    with tempfile.TemporaryDirectory() as folder:
        ours, rival, empty = (Path(folder, f"{name}.html") for name in ("ours", "rival", "empty"))
        empty.write_text("<!doctype html><title>empty</title><p>nothing")
        save_page(SPEC, trials, ours)
        save_rival(trials, rival)
        drawn: dict[Path, list[float]] = {ours: [], rival: [], empty: []}
        for _ in range(options.rounds):
            for page, taken in drawn.items():
                taken.append(milliseconds_to_draw(page))
        figures = {
            "trials": options.trials,
            "bytes": {"ours": ours.stat().st_size, "rival": rival.stat().st_size},
            "ms_to_draw": {page.stem: spread(taken) for page, taken in drawn.items()},
            "ms_beyond_the_empty_page": spread([a - b for a, b in zip(drawn[ours], drawn[empty], strict=True)]),
            "times_as_long_as_ours": spread([b / a for a, b in zip(drawn[ours], drawn[rival], strict=True)]),
            "answers": {act.__name__: answers(ours, act) for act in (hover, click, drag, press)},
        }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["optuna", "plotly", "playwright"])
    print(path.read_text())


if __name__ == "__main__":
    main()
