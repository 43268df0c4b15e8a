"""The report of a search, as a page in a real browser and as a PDF."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from search.analysis.effects import Effect
from search.analysis.front import complete, pareto_front
from search.analysis.interval import accuracy_interval
from search.analysis.uncertainty import ValueUncertainty
from search.optimize.early_stopping import EarlyStop
from search.optimize.hypervolume_gap import HypervolumeGap
from search.render.report import EffectRow, report, save_report
from search.study.final_evaluation import FinalEvaluation
from search.study.pretrained_files import PretrainedFile
from search.study.trial import Status, TrialRecord, TrialResult
from tests.browser import open_page
from tests.search.factory import result, score, spec, trained

LINES = """cells => cells.map((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getClientRects().length;
})"""
SPEC = spec("paper", budgets={"flops": "2.9M"})


@pytest.fixture(scope="module")
def trials() -> list[TrialRecord]:
    trials = trained(SPEC, Random(3).sample(list(SPEC.search_space), 40))
    trials[7] = replace(trials[7], status=Status.FAILED, result=TrialResult(failure="<script>alert(1)</script>"))
    last = trials[-1].result
    assert last is not None
    trials[-1] = replace(trials[-1], result=replace(last, remaining=HypervolumeGap(0.01, 0.042)))
    return trials


def test_it_says_what_was_asked_found_and_spent(trials: list[TrialRecord]) -> None:
    html = report(SPEC, trials, run="runs/paper", more=80)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    front = pareto_front(trials, SPEC.search.cost_epsilon)
    for words in (
        "39 networks were trained in 40 trials",
        f"{len(front)} networks are on the front",
        "within 2.9M FLOPs",
        str(HypervolumeGap(0.01, 0.042)),
        "39 complete, 0 stopped early, 1 failed",
        "39.00 CPU hours",
        "40.00 hours",
        "Another hour has about 1 trial at this pace",
        "after block 12",
        "g = 4 instead of 1",
        "228 validation images",
        "learning rate 0.1",
        "ulsam-search export runs/paper --out best",
        "ulsam-search launch --resume runs/paper --trials 80",
    ):
        assert words in text, words
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_further_seeds_are_distinguished_from_trainings_that_were_taken_over(trials: list[TrialRecord]) -> None:
    def rendered(changed: TrialRecord) -> str:
        return re.sub(r"\s+", " ", report(SPEC, [changed, *trials[1:]]))

    assert "1 of them with further seeds" in rendered(replace(trials[0], seed=1))
    assert "with further seeds" not in rendered(replace(trials[0], seed=1, origin="older/0"))


def test_it_names_the_files_that_networks_start_from(trials: list[TrialRecord]) -> None:
    from_one = spec("paper", training={"pretrained": "w/a.pth"}).starting_from(
        (PretrainedFile(file="a.pth", sha256="a"),)
    )
    assert ", from a.pth</dd>" in report(from_one, trials)
    files = {"mobilenet_v2": {1.0: "w/a.pth", 0.5: "w/b.h5"}}
    several = tuple(
        PretrainedFile(file=name, sha256=name, backbone="mobilenet_v2", width=width)
        for name, width in (("a.pth", 1.0), ("b.h5", 0.5))
    )
    html = report(spec("paper", training={"pretrained": files}).starting_from(several), trials)
    assert ", from a.pth, b.h5</dd>" in html
    assert "train best/arch.yaml --pretrained FILE --out trained" in html


def test_it_lists_final_evaluations_with_what_the_test_split_says(trials: list[TrialRecord]) -> None:
    candidate = trials[3].candidate
    tested = FinalEvaluation(
        weights_sha256="a",
        candidate=candidate,
        trial=3,
        epochs=2,
        seed=0,
        folder="/x/best",
        val=score(3, 4),
        test=score(1, 2),
    )
    later = replace(tested, weights_sha256="b", trial=None, epochs=90, folder="/x/tuned", test=None)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", report(SPEC, trials, [tested, later]))
    val, test = f"75.00% ({accuracy_interval(3, 4)})", f"50.00% ({accuracy_interval(1, 2)})"
    index = cells.index(val)
    assert cells[index - 3 : index + 2] == ["trial 3", "2", "0", val, test]
    assert "tuned" in cells
    assert "not scored" in cells
    shown = replace(tested, errors_page="/home/me/x/best/errors.html")
    html = report(SPEC, trials, [shown, later])
    assert "the images of highest loss: <code>best/errors.html</code>.</p>" in html
    assert "/home" not in html
    assert "highest loss" not in report(SPEC, trials, [tested, later])
    assert "Final evaluations" not in report(SPEC, trials)


def test_beside_a_plain_mobilenet_stands_what_attention_makes_of_the_same_cost(trials: list[TrialRecord]) -> None:
    html = report(SPEC, trials)
    rows = re.findall(r"<tr><td>(V2 x[^<]*)</td>" + r"<td[^>]*>([^<]*)</td>" * 4 + "</tr>", html)
    plain = {trial.arch.width: trial for trial in trials if not trial.arch.placements}
    assert [row[0] for row in rows] == ["V2 x0.1", "V2 x0.2"]
    for name, params, flops, accuracy, found in rows:
        trial = plain.get(float(name.removeprefix("V2 x")))
        interval = ValueUncertainty(complete(trials), SPEC).interval(trial) if trial else None
        words = "not trained; " if trial is None else f"{trial.value:.2%} ({interval})"
        assert accuracy.startswith(words)
        assert accuracy.endswith(" expected") is (trial is None)
        assert (params, flops) in {("98.89K", "2.085M"), ("203.1K", "2.757M")}
        assert re.fullmatch(r"\d\d\.\d\d% \(\d\d\.\d to \d\d\.\d\), trial \d+", found)


@pytest.mark.parametrize(
    ("status", "result", "words"),
    [
        (Status.STOPPED, TrialResult(stopped=EarlyStop(rung=1, rivals=(), noise=0.02)), "stopped early; "),
        (Status.FAILED, TrialResult(failure="it diverged"), "failed; "),
    ],
)
def test_a_plain_mobilenet_without_an_accuracy_is_shown_as_such(
    trials: list[TrialRecord], status: Status, result: TrialResult, words: str
) -> None:
    first = next(trial for trial in trials if not trial.arch.placements and trial.result)
    ended = [trial if trial != first else replace(trial, status=status, result=result) for trial in trials]
    assert f"<td>{words}" in report(SPEC, ended)


def test_removals_and_groups_of_blocks_stand_among_the_places() -> None:
    placements = {"modes": ["substitute", "remove"], "blocks": [8, 9, 12], "together": [[8, 9]], "at_most": 2}
    own = spec("paper", space={"widths": [0.1, 0.2], "groups": [1], "placements": placements})
    html = report(own, trained(own, own.search_space))
    assert "<h2>Attention and removals by position</h2>" in html
    choices = re.findall(r"<tr><td>((?:after|without|replaces) blocks? [^<]*)</td>", html)
    assert choices == [
        *("without blocks 8, 9", "replaces blocks 8, 9", "without block 12", "replaces block 12"),
        *("replaces blocks 8, 9", "replaces block 12"),  # against leaving these blocks out
    ]
    assert re.findall(r"<tr><td>(V2 x0.2)</td>.*<td[^>]*>[^<]*, trial \d+</td></tr>", html), "removals may win, too"


def test_data_are_shown_with_their_images(trials: list[TrialRecord]) -> None:
    many = SPEC.model_copy(update={"data": SPEC.data.model_copy(update={"train_images": 2640})})
    assert "2,640 training images" in report(many, trials)
    assert "training images" not in report(SPEC, trials)
    assert "ulsam-search launch --resume paper<" in report(SPEC, trials), "it is not said to be over"


def test_how_often_the_second_was_better_is_shown_where_pairs_were_trained(trials: list[TrialRecord]) -> None:
    assert ">better</th>" in report(SPEC, trials)
    learnt_little = [trial for trial in trials if len(trial.arch.placements) == 2][:6]
    assert ">better</th>" not in report(SPEC, learnt_little)


def test_it_is_read_without_a_network_on_a_screen_and_on_a_phone(trials: list[TrialRecord], tmp_path: Path) -> None:
    first = replace(trials[0], result=replace(trials[0].result or result(0.5), interruptions=("went on",)))
    save_report(SPEC, [first, *trials[1:]], tmp_path / "report.html")
    problems: list[str] = []
    for width in (1200, 380):
        with open_page(width=width) as page:
            page.on("console", lambda message: problems.append(message.text))
            page.on("request", lambda request: problems.append(request.url) if "http" in request.url[:4] else None)
            page.goto((tmp_path / "report.html").as_uri())
            assert page.locator("h2").count() == 7
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            expect(page.get_by_text("interrupted and continued")).to_be_visible()
            assert min(page.locator("dd").evaluate_all("all => all.map((one) => one.clientWidth)")) > 100
            with_interval = page.locator("td", has_text=re.compile(r"% \([\d.]+ to [\d.]+\)"))
            assert with_interval.count() > 0
            assert set(with_interval.evaluate_all(LINES)) == {1}
            assert page.get_by_text("95% interval (images)").count() >= 3
            pictures = page.locator("img")
            assert pictures.count() == 5
            for picture in pictures.all():
                assert picture.evaluate("image => image.naturalWidth") > 0
                assert picture.get_attribute("alt")
    assert not problems


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_everyone_can_read_it(trials: list[TrialRecord], tmp_path: Path, scheme: Any, width: int) -> None:
    save_report(SPEC, trials, tmp_path / "report.html")
    with open_page(width=width, height=800) as page:
        page.emulate_media(color_scheme=scheme)
        page.goto((tmp_path / "report.html").as_uri())
        assert not Axe().run(page).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Scaled down to a phone, a picture's letters would be 4 pixels high.
        for picture in page.locator("img").all():
            assert picture.evaluate("image => image.clientWidth") >= 700


def test_on_paper_it_is_a_pdf(trials: list[TrialRecord], tmp_path: Path) -> None:
    save_report(SPEC, trials, tmp_path / "report.pdf")
    content = (tmp_path / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) > 20_000  # with its pictures


def test_it_says_where_no_interval_excludes_zero(trials: list[TrialRecord]) -> None:
    words = "Every interval contains zero"
    lucky = [replace(trial, result=result(0.5 + 0.1 * (trial.number % 2))) for trial in trials[:6]]
    assert words in re.sub(r"\s+", " ", report(SPEC, lucky))
    assert report(SPEC, trials).count(words) < 2  # width and block 12 decide that made-up accuracy


def test_trainings_of_days_have_no_next_hour_but_a_next_trial(trials: list[TrialRecord]) -> None:
    begin = trials[0].started
    slow = [replace(one, started=begin, ended=begin + timedelta(hours=4 * (one.number + 1))) for one in trials]
    html = report(SPEC, slow, more=80)
    assert "A further trial takes longer than two hours" in html
    assert "Another hour has" not in html


def test_of_a_search_that_has_hardly_begun_it_says_that_it_knows_little(trials: list[TrialRecord]) -> None:
    html = report(SPEC, trials[:2])
    assert html.count("<p>Unknown: ") == 3
    assert "another hour is unknown" in html


def test_an_effect_of_nothing_has_no_minus() -> None:
    effect = Effect(
        pairs=2,
        value=-1e-6,
        low=-2e-6,
        high=1e-6,
        costs={"params": (0, 0), "flops": (-999_999, 5)},
        seen=0,
        better=0,
    )
    row = EffectRow.of("after block 3", effect)
    assert (row.value, row.interval, row.costs) == ("+0.00", "+0.00 to +0.00", ("+0", "\u22121M to +5"))
