"""The interactive page, in a real browser without a network."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from search.analysis.front import complete, pareto_front
from search.analysis.uncertainty import ValueUncertainty
from search.optimize.early_stopping import EarlyStop
from search.render.front_page import page_data, save_page
from search.render.front_picture import front_against, front_figure, save_picture
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord
from spaces import format_count
from tests.browser import open_page
from tests.search.factory import fill, new_run, quality, result, spec, trained

BUDGETS = {"flops": "2.7M"}


@pytest.fixture
def record(tmp_path: Path) -> StudyRecord:
    _, record = new_run(tmp_path / "runs", name="page", budgets=BUDGETS)
    fill(record, [result(0.4 + number / 40) for number in range(15)])
    return record


@pytest.fixture(scope="module")
def search() -> StudySpec:
    return spec("page", budgets=BUDGETS)


@pytest.fixture(scope="module")
def trials(search: StudySpec) -> list[TrialRecord]:
    """Thirty networks, the last of them stopped early."""
    archs = Random(0).sample(list(search.search_space), 30)
    *done, last = trained(search, archs, lambda arch: quality(arch) + Random(arch.arch_id).uniform(0, 0.02))
    stop = replace(
        last.result or result(0.5), value=None, stopped=EarlyStop(rung=1, rivals=(), noise=0.02), rungs={1: 0.3}
    )
    return [*done, replace(last, status=Status.STOPPED, result=stop)]


@pytest.fixture
def page(search: StudySpec, trials: list[TrialRecord], tmp_path: Path) -> Iterator[Page]:
    """The page of those, open; nothing went wrong in it."""
    problems: list[str] = []
    save_page(search, trials, tmp_path / "front.html")
    with open_page() as page:
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto((tmp_path / "front.html").as_uri())
        yield page
    assert not problems


def dots(page: Page, plot: int, kind: str) -> int:
    """How many networks a plot shows as ``kind``."""
    return (page.locator(f".plot >> nth={plot} >> path.{kind}").get_attribute("d") or "").count("h0")


def at(page: Page, plot: int, ring: str) -> tuple[float, float]:
    """Where a ring is on the screen."""
    box = page.locator(f".plot >> nth={plot} >> circle.{ring}").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_both_plots_show_every_network(page: Page, search: StudySpec, trials: list[TrialRecord]) -> None:
    front = {trial.number for trial in pareto_front(trials, search.search.cost_epsilon)}
    allowed = [trial for trial in trials[:-1] if trial.costs["flops"] <= 2_700_000]
    for plot, label in enumerate(("parameters", "FLOPs (multiply-adds)")):
        assert label in page.locator(f".plot >> nth={plot} >> text").all_text_contents()
        assert dots(page, plot, "members") == sum(trial.number in front for trial in allowed)
        assert dots(page, plot, "out") == 0
        assert sum(dots(page, plot, kind) for kind in ("members", "out", "dominated:not(.members):not(.out)")) == 29
        stopped = page.locator(f".plot >> nth={plot} >> path.stopped").get_attribute("d") or ""
        assert stopped.count("M") == 1
    expect(page.locator("#table tbody tr")).to_have_count(len(front))
    expect(page.locator("header >> nth=0")).to_contain_text("29 networks trained on digits at 32 px, 1 stopped early")


def test_counts_are_written_as_everywhere_else(page: Page) -> None:
    counts = [0, 7, 999, 999.7, 1000, 999_499, 999_501, 999_999, 2_345_678, 999_999_999, 1_234_567_890_123]
    written = page.evaluate("counts => counts.map(short)", counts)
    assert written == [format_count(float(f"{count:.3g}")) for count in counts]
    assert written[7:10] == ["1M", "2.35M", "1G"]


def test_an_accuracy_has_the_same_digits_as_everywhere_else(page: Page) -> None:
    """Of 32 images 9 are 28.125 %: Python rounds halves to even."""
    shares = [correct / 32 for correct in range(33)] + [0.12345, 0.99999, 2 / 3]
    assert page.evaluate("shares => shares.map((share) => percent(share))", shares) == [f"{one:.2%}" for one in shares]
    assert page.evaluate("shares => shares.map((share) => percent(share, 0))", shares) == [
        f"{one:.0%}" for one in shares
    ]


def test_a_difference_of_nothing_has_no_minus(page: Page) -> None:
    less = "difference({value: 0.5, params: 1}, {value: 0.500001, params: 2}, what)"
    assert page.evaluate(f"what => {less}", "value") == " (+0.00 points)"
    assert page.evaluate(f"what => {less}", "params") == " (\u22121)"


def test_the_best_within_the_limits_is_named_and_a_limit_is_dragged(
    page: Page, search: StudySpec, trials: list[TrialRecord]
) -> None:
    def best(most: float) -> str:
        within = [trial for trial in trials[:-1] if trial.costs["flops"] <= most]
        trial = max(within, key=lambda trial: (trial.value, -trial.costs["flops"]))
        return f"trial {trial.number} with {trial.value:.2%}"

    words = page.locator("#best")
    expect(words).to_contain_text("Within 2.7M FLOPs: the best is " + best(2_700_000))
    handle = page.locator(".handle >> nth=1")
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=5)
    page.mouse.up()
    expect(words).not_to_contain_text("2.7M")
    moved = int(handle.get_attribute("aria-valuenow") or 0)
    assert 2_450_000 < moved < 2_600_000
    expect(words).to_contain_text(best(moved))
    beyond = [trial for trial in trials[:-1] if trial.costs["flops"] > moved]
    assert [dots(page, plot, "out") for plot in (0, 1)] == [len(beyond)] * 2
    front = {trial.number for trial in pareto_front(trials, search.search.cost_epsilon)}
    assert page.locator("#table tr.out").count() == sum(trial.number in front for trial in beyond) > 0
    handle.focus()
    page.keyboard.press("Home")
    expect(words).to_have_text(re.compile(r"Within [\d.]+M FLOPs: no trained network"))
    assert int(handle.get_attribute("aria-valuenow") or 0) < min(trial.costs["flops"] for trial in trials)
    page.keyboard.press("End")
    expect(words).to_contain_text("Without a limit: the best is " + best(1e12))
    assert handle.get_attribute("aria-valuetext") == "no limit"


def next_frame(page: Page) -> None:
    """Cards and limits are drawn once a frame, whatever happened before it."""
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(drawn))")


def test_a_network_has_a_card_with_its_exact_cost(page: Page, search: StudySpec, trials: list[TrialRecord]) -> None:
    most_expensive = front_against(trials, "flops")[-1]
    page.locator(".handle >> nth=1").focus()
    page.keyboard.press("End")
    page.get_by_role("button", name=f"trial {most_expensive.number}", exact=True).click()
    next_frame(page)
    card = page.locator(".card")
    assert card.count() == 1
    for words in (
        f"trial {most_expensive.number}",
        f"{most_expensive.value:.2%}",
        f"{most_expensive.costs['params']:,}",
        f"{most_expensive.costs['flops']:,}",
    ):
        expect(card).to_contain_text(words)
    expect(card).to_contain_text(
        "ulsam-search export page --max params={params} --max flops={flops} --out best".format(**most_expensive.costs)
    )
    expect(card.locator("details table")).to_have_count(0)
    card.locator("summary").click()
    card.locator("details table").wait_for()
    cells = card.locator("details td.number").all_text_contents()
    assert sum(int(text.replace(",", "")) for text in cells[2::3]) == most_expensive.costs["flops"]
    assert sum(int(text.replace(",", "")) for text in cells[1::3]) == most_expensive.costs["params"]
    assert card.locator("circle.attention").count() == len(most_expensive.arch.placements)
    assert card.locator("path.curve").count() == 1


def test_hovering_names_a_network_and_clicking_chooses_it(page: Page, trials: list[TrialRecord]) -> None:
    page.locator("#table button").first.evaluate("button => button.click()")
    next_frame(page)
    first = page.locator(".card h2").text_content()
    page.locator("#table button").last.evaluate("button => button.click()")
    x, y = at(page, 0, "selected")
    page.locator("#table button").first.evaluate("button => button.click()")
    page.mouse.move(x + 3, y)
    name = page.locator(".tip >> nth=0").text_content() or ""
    assert page.locator(".tip >> nth=0").is_visible()
    page.mouse.click(x + 3, y)
    next_frame(page)
    chosen = page.locator(".card h2").text_content() or ""
    assert chosen != first
    assert name.startswith(f"{chosen}: ")


def test_two_networks_are_compared_by_keyboard_alone(page: Page, trials: list[TrialRecord]) -> None:
    page.locator(".plot svg >> nth=0").focus()
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    next_frame(page)
    kept, chosen = page.locator(".card").all()
    one, other = (
        next(
            trial
            for trial in trials
            if f"trial {trial.number}" == (card.locator("h2").text_content() or "").split(",")[0]
        )
        for card in (kept, chosen)
    )
    expect(kept).to_contain_text("kept for comparison")
    points = 100 * (other.value - one.value)
    assert points < 0
    expect(chosen).to_contain_text(f"(\N{MINUS SIGN}{-points:.2f} points)")
    page.get_by_role("button", name="Remove").click()
    next_frame(page)
    assert page.locator(".card").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_everyone_can_read_it(page: Page, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.locator(".plot svg >> nth=0").focus()
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    next_frame(page)
    page.locator("summary >> nth=0").click()
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_can_not_bring_markup_into_the_page(record: StudyRecord, tmp_path: Path) -> None:
    name = "</script><img src=x onerror=alert(1)>"
    data = record.spec.data.model_copy(update={"name": name})
    save_page(record.spec.model_copy(update={"data": data}), record.ended(), tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        expect(page.locator("header b")).to_have_text(name)
        expect(page.locator(".card")).to_have_count(1)
        assert page.locator("img").count() == 0


def test_blocks_add_up_to_each_network(search: StudySpec, trials: list[TrialRecord]) -> None:
    data = page_data(search, trials)
    assert len(data["networks"]) == 30
    for network in data["networks"]:
        blocks = [data["blocks"][index] for index in network["blocks"]]
        assert sum(block["params"] for block in blocks) == network["params"]
        assert sum(block["flops"] for block in blocks) == network["flops"]


def test_a_name_is_drawn_as_it_is(record: StudyRecord, tmp_path: Path) -> None:
    data = record.spec.data.model_copy(update={"name": r"coins_$1_$2_\no"})  # it may look like a formula
    save_picture(record.spec.model_copy(update={"data": data}), record.ended(), tmp_path / "front.svg")
    assert front_figure(record.spec.model_copy(update={"data": data}), ()).get_suptitle().endswith(data.name)


def test_the_picture_is_a_picture_in_every_format(record: StudyRecord, tmp_path: Path) -> None:
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        save_picture(record.spec, record.ended(), tmp_path / f"front{ending}")
        assert (tmp_path / f"front{ending}").read_bytes().startswith(start)


def test_searches_without_results_can_be_drawn(tmp_path: Path) -> None:
    _, record = new_run(tmp_path / "runs")
    save_page(record.spec, (), tmp_path / "front.html")
    save_picture(record.spec, (), tmp_path / "front.png")
    save_picture(spec("none-yet", budgets={"flops": "2M"}), (), tmp_path / "none-yet.png")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        expect(page.locator("#best")).to_contain_text("no trained network")


@pytest.mark.parametrize("cost", ["params", "flops"])
def test_a_front_against_one_cost_only_rises(record: StudyRecord, cost: str) -> None:
    front = front_against(record.ended(), cost)
    costs = [trial.costs[cost] for trial in front]
    assert costs == sorted(costs)
    assert [trial.value for trial in front] == sorted(trial.value for trial in front)
    assert max(record.ended(), key=lambda trial: trial.value) in front


def test_a_picture_has_the_whole_front_in_both_panels_and_a_budget_where_it_is_near() -> None:
    near, far = spec("near", budgets={"flops": "2.7M"}), spec("far", budgets={"flops": "9M"})
    for search in (near, far):
        ended = trained(search, Random(1).sample(list(search.search_space), 30))
        members = pareto_front(ended, search.search.cost_epsilon)
        panels = front_figure(search, ended).axes
        for panel, cost in zip(panels, ("params", "flops"), strict=True):
            (drawn,) = [bars for bars in panel.containers if bars.get_label() == "on the front, 95% interval (images)"]
            assert drawn[0].get_xdata().tolist() == [trial.costs[cost] for trial in members]
            intervals = [ValueUncertainty(complete(ended), search).interval(trial) for trial in members]
            ends = [segment[:, 1].tolist() for segment in drawn[2][0].get_segments()]
            assert ends == [pytest.approx([100 * one.low, 100 * one.high]) for one in intervals]
        budget = [line for line in panels[1].lines if line.get_label() == "budget"]
        assert bool(budget) is (search is near)
        assert ("9M" in panels[1].get_xlabel()) is (search is far)
