"""What a search won over plain networks is said in the same words everywhere, and drawn in every picture."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from search.analysis.control import control_of, training_id
from search.analysis.saved import savings
from search.analysis.won import PlainNetworks, verdict
from search.render.front_page import page_data, save_page
from search.render.front_picture import front_against, front_figure
from search.render.front_table import front_cells, front_columns, front_rows
from search.render.gain_words import card_words, controls_in_words, over_plain, won_figures, won_in_words
from search.render.report import report
from search.render.saving_words import saved_in_words
from search.study.final_evaluation import FinalEvaluation
from search.study.trial import TrialRecord
from search.tracking.mlflow_note import note_of
from tests.browser import open_page
from tests.search.factory import quality, score, spec, trained

SPEC = spec("won", budgets={"flops": "2.6M"}, search={"baselines": True})
PLAIN = SPEC.search_space.plain_networks
CHANGED = [network for network in SPEC.search_space if not network.arch.is_plain]


def trials(more: float) -> list[TrialRecord]:
    """Changed networks that score so much more than their width says."""
    return trained(SPEC, [*PLAIN, *CHANGED[::5]], lambda arch: quality(arch) - 0.3 + more * (not arch.is_plain))


def control_after(trial: TrialRecord) -> FinalEvaluation:
    """The network of ``trial`` without the blocks that it replaces, trained after the search as the search trains."""
    control = control_of(trial.candidate)
    assert control is not None
    return FinalEvaluation(
        weights_sha256="0" * 64,
        candidate=control,
        trial=None,
        epochs=SPEC.recipe.epochs,
        seed=trial.seed,
        folder="control",
        val=score(100, 228),
        training=training_id(SPEC.recipe, pretrained=False),
    )


@pytest.mark.parametrize(("more", "sign"), [(0.3, "+"), (-0.3, "-")])
def test_every_view_has_the_same_words(more: float, sign: str) -> None:
    done = trials(more)
    found = verdict(SPEC, done)
    words = won_in_words(SPEC, done)
    assert found.gain is not None
    assert found.won == (sign == "+")
    gain = found.gain
    by = f"{gain.points} points (95% interval {gain.ends}) over the best plain network"
    less = f"{gain.points[1:]} points less (95% interval of the difference {gain.ends}) than the best plain network"
    assert (less if sign == "-" else by) in words[0]
    assert gain.interval.low < gain.value < gain.interval.high
    assert (gain.interval.low > 0) == (sign == "+") != (gain.interval.high < 0)
    assert found.gain.points.startswith(sign)
    assert ("won nothing" in words[0]) == (sign == "-")
    saved = savings(SPEC, done)
    assert saved is not None
    assert (saved.best is None) == (sign == "-") == ("saved nothing" in words[1])
    assert words[1] == saved_in_words(SPEC, saved)
    if saved.best is not None:
        assert f"trial {saved.best.network.number} has {saved.best.shares['flops']:.0%} of the FLOPs" in words[1]
        best = saved.best.gain
        assert f"({best.points} points, 95% interval {best.ends}; {best.read_from}" in words[1]
    assert won_figures(SPEC, done)["saved"] == saved.to_dict()
    assert page_data(SPEC, done)["won"] == words
    assert all(line in note_of(SPEC, done, 20, "address") for line in words)
    said = [line[0].upper() + line[1:] for line in words]
    replacing = next(trial for trial in done if control_of(trial.candidate))
    later = control_after(replacing)
    (line,) = controls_in_words(SPEC, [replacing], [later])
    by = r"\+\S+ points \(95% interval \S+ to \S+\) over"
    less = r"\d\S+ points less \(95% interval of the difference \S+ to \S+\) than"
    assert re.match(rf"trial {replacing.number}, ULSAM: ({less if sign == '-' else by}) removing", line), line
    written = report(SPEC, done, [later])
    assert all(line in written for line in said)
    assert f"T{line[1:]}" in written
    shown = {network["trial"]: network["control"] for network in page_data(SPEC, done, [later])["networks"]}
    assert f"trial {replacing.number}, {shown[replacing.number]}" == line


def test_a_loss_that_may_be_due_to_chance_is_no_gain() -> None:
    done = trials(0.0)
    found = verdict(SPEC, done).gain
    assert found is not None
    loss = replace(found, value=-0.01, error=0.02)
    network = CHANGED[0]
    assert over_plain(SPEC, loss, network).startswith("-1.0 (-4.9 to +2.9) against ")
    assert card_words(SPEC, loss).startswith("1.0 points less (95% interval of the difference -4.9 to +2.9) than the ")
    assert over_plain(SPEC, replace(loss, value=-0.0001), network).startswith("+0.0 (-3.9 to +3.9) over ")


def test_each_network_on_the_front_says_what_it_gains() -> None:
    done = trials(0.3)
    plain, column = PlainNetworks(SPEC, done), front_columns(SPEC).index("over plain")
    rows, cells = front_rows(SPEC, done), front_cells(SPEC, done)
    assert rows
    for row, cell in zip(rows, cells, strict=True):
        (trial,) = [one for one in done if one.number == row.trial]
        assert row.gain == plain.gain_of(trial)
        if row.gain is not None:
            assert cell[column].startswith(f"{row.gain.points} ({row.gain.ends}) over ")
            assert row.to_dict()["over_plain"]["value"] == row.gain.value
            assert row.to_dict()["over_plain"]["interval"] == row.gain.interval.to_dict()
    shown = {network["trial"]: network["over_plain"] for network in page_data(SPEC, done)["networks"]}
    assert [shown[row.trial] for row in rows] == [cell[column] for cell in cells]


def test_the_line_between_plain_networks_is_in_the_picture() -> None:
    done = trials(0.3)
    plain = [trial for trial in done if trial.arch.is_plain]
    for axes, cost in zip(front_figure(SPEC, done).axes, ("params", "flops"), strict=True):
        line = front_against(plain, cost)
        expected = [[trial.costs[cost], trial.value * 100] for trial in line]
        expected.append([max(trial.costs[cost] for trial in done), line[-1].value * 100])
        drawn = [np.asarray(one.get_xydata()).tolist() for one in axes.get_lines()]
        assert expected in drawn


def test_the_pictures_title_and_legend_have_room() -> None:
    figure = front_figure(SPEC, trials(0.3))
    figure.draw_without_rendering()
    (title,), (legend,) = figure.texts, figure.legends
    assert not title.get_window_extent().overlaps(legend.get_window_extent())


def test_the_line_between_plain_networks_is_on_the_page(tmp_path: Path) -> None:
    done = trials(0.3)
    save_page(SPEC, done, tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        lines = page.locator(".plot path.plain:not(.dots)")
        plain = [trial for trial in done if trial.arch.is_plain]
        for plot, cost in enumerate(("params", "flops")):
            between, _, end = (lines.nth(plot).get_attribute("d") or "").partition("H")
            assert between.count("M") + between.count("L") == len(front_against(plain, cost))
            assert float(end) > 0
            dots = page.locator(".plot path.plain.dots").nth(plot).get_attribute("d") or ""
            assert dots.count("h0") == len(plain)
        words = [line[0].upper() + line[1:] + "." for line in won_in_words(SPEC, done)]
        best = max(plain, key=lambda trial: trial.value)
        assert f"the best plain network, trial {best.number}, has" in page.locator("#best").inner_text()
        assert page.locator("p.won").all_text_contents() == words
