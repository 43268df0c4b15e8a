"""The intervals of accuracies on the interactive page: in every part the same, and within the plots."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from search.analysis.front import complete, pareto_front
from search.analysis.interval import Interval, with_interval
from search.analysis.uncertainty import ValueUncertainty
from search.render.front_page import page_data, save_page
from search.study.trial import TrialRecord
from tests.browser import open_page
from tests.search.factory import quality, spec, trained

SPEC = spec("page")
TOP, BOTTOM = 26, 334  # of a plot


@pytest.fixture(scope="module")
def trials() -> list[TrialRecord]:
    """The best network names all images right; the first one has two seeds."""
    networks = trained(SPEC, Random(0).sample(list(SPEC.search_space), 20), lambda arch: min(1.0, quality(arch) + 0.4))
    first = networks[0]
    assert first.result is not None
    result = replace(first.result, value=first.value - 0.03)
    return [*networks, replace(first, number=len(networks), seed=1, result=result)]


@pytest.fixture
def page(trials: list[TrialRecord], tmp_path: Path) -> Iterator[Page]:
    save_page(SPEC, trials, tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        yield page


def test_an_accuracy_has_its_interval_in_every_part(page: Page, trials: list[TrialRecord]) -> None:
    done = complete(trials)
    intervals = {trial.number: ValueUncertainty(done, SPEC).interval(trial) for trial in done}
    words = {trial.number: with_interval(trial.value, intervals[trial.number]) for trial in done}
    assert 1.0 in {interval.high for interval in intervals.values()}
    kind = "95% interval (images and seeds)"
    expect(page.locator("header >> nth=0")).to_contain_text(f"show the {kind}")
    expect(page.locator("#table caption")).to_contain_text(f"accuracy with its {kind}")
    front = pareto_front(trials, SPEC.search.cost_epsilon)
    rows = page.locator("#table tbody tr")
    expect(rows).to_have_count(len(front))
    cells = [row.locator("td").all_text_contents()[:2] for row in rows.all()]
    assert {int(number): shown for number, shown in cells} == {one.number: words[one.number] for one in front}
    (named,) = re.findall(r"trial (\d+) with", page.locator("#best").text_content() or "")
    expect(page.locator("#best")).to_contain_text(words[int(named)])
    expect(page.locator(".card dd >> nth=0")).to_have_text(words[int(named)])
    for plot in (0, 1):
        bars = page.locator(f".plot >> nth={plot} >> path.bar").get_attribute("d") or ""
        drawn = [(float(low), float(high)) for low, high in re.findall(r"M[\d.]+ ([\d.]+)V([\d.]+)", bars)]
        assert len(drawn) == len(front)
        assert all(TOP <= high < low <= BOTTOM for low, high in drawn)


def test_without_further_seeds_the_interval_is_that_of_the_images(trials: list[TrialRecord]) -> None:
    assert page_data(SPEC, trials)["interval_sources"] == "images and seeds"
    assert page_data(SPEC, trials[:-1])["interval_sources"] == "images"


def test_an_interval_has_the_same_digits_as_everywhere_else(page: Page) -> None:
    known = {"value": 31 / 32, "low": 0.78125, "high": 1.0}
    written = page.evaluate("network => withInterval(network)", known)
    assert written == with_interval(31 / 32, Interval(low=0.78125, high=1.0)) == "96.88% (78.1 to 100.0)"
