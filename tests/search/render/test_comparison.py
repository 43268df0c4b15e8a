"""Searches side by side."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.training.shares import binomial_error
from search.analysis.front import Front, pareto_front
from search.analysis.interval import interval_of
from search.render.comparison import (
    Comparison,
    IncomparableDataError,
    IncomparableFoldsError,
    IncomparableMethodError,
    IncomparableObjectivesError,
    check_comparable,
    comparison_table,
)
from search.study.folder import RunFolder
from search.study.folds_spec import FoldsSpec
from search.study.pretrained_files import PretrainedFile
from spaces import format_count
from tests.search.factory import SMALL_SPACE, fill, new_run, result, settings, spec


def two(tmp_path: Path) -> tuple[RunFolder, RunFolder]:
    one, record = new_run(tmp_path, "one", budgets={"flops": "2.5M"})
    fill(record, [result(0.5), result(0.7)])
    other, record = new_run(tmp_path, "other", search={"seed": 1}, budgets={"flops": "2.5M"})
    fill(record, [result(0.6), result(0.8), result(0.9)])
    return one, other


def test_fronts_are_measured_by_one_reference_point(tmp_path: Path) -> None:
    folders = two(tmp_path)
    comparison = Comparison.of(folders)
    trials = [folder.open_record().ended() for folder in folders]
    assert comparison.hypervolumes() == [Front(some).hypervolume(comparison.reference) for some in trials]
    assert comparison.fewest == 2
    assert comparison.hypervolumes(2)[1] == Front(trials[1][:2]).hypervolume(comparison.reference)


def test_settings_that_differ_are_shown_and_no_others(tmp_path: Path) -> None:
    assert Comparison.of(two(tmp_path)).settings == {"search.seed": (0, 1)}


def test_each_setting_that_differs_has_a_line_of_its_own_in_the_search_files_words(tmp_path: Path) -> None:
    placements = {"blocks": [8, 9, 12], "at_most": 2}
    one, _ = new_run(tmp_path, "one", space=SMALL_SPACE | {"placements": placements})
    other, _ = new_run(
        tmp_path,
        "other",
        space=SMALL_SPACE
        | {"widths": [0.1], "placements": {"blocks": "all", "at_most": 3, "together": [[8, 9], [12, 13]]}},
        search={"stop_when": {"remaining_hypervolume": "1%"}},
        training={"flip": False},
    )
    comparison = Comparison.of([one, other])
    assert comparison.settings == {
        "space.widths": ([0.1, 0.2], [0.1]),
        "space.placements.blocks": ([8, 9, 12], "all"),
        "space.placements.together": ([], [[8, 9], [12, 13]]),
        "space.placements.at_most": (2, 3),
        "search.stop_when.remaining_hypervolume": (None, 0.01),
        "training.flip": (comparison.settings["training.flip"][0], False),
    }
    console = Console(file=io.StringIO(), width=200)
    console.print(comparison_table(comparison))
    table = console.file.getvalue()  # type: ignore[attr-defined]
    rows = {cells[0]: cells[1:] for line in table.splitlines() if len(cells := re.findall(r"[^│]*[^│\s]", line)) == 3}
    found = {name.strip(): [cell.strip() for cell in cells] for name, cells in rows.items()}
    assert found["space.widths"] == ["0.1, 0.2", "0.1"]
    assert found["space.placements.blocks"] == ["8, 9, 12", "all"]
    assert found["space.placements.together"] == ["none", "[8, 9], [12, 13]"]
    assert found["search.stop_when.remaining_hypervolume"] == ["none", "0.01"]
    assert found["training.flip"][1] == "false"
    assert not any(sign in table for sign in "{}'")


def test_the_best_of_each_within_each_limit(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(comparison_table(Comparison.of(two(tmp_path))))
    table = console.file.getvalue()  # type: ignore[attr-defined]
    for text in (
        "one",
        "other",
        "search.seed",
        f"70.00% ({interval_of(0.7, binomial_error(0.7, 228), 228)}), ",
        f"90.00% ({interval_of(0.9, binomial_error(0.9, 228), 228)}), ",
        "hypervolume after 2 trials",
        "best within 2.5M FLOPs",
    ):
        assert text in table, text
    assert Comparison.of(two(tmp_path / "again")).interval_sources == "images"
    assert "best within 1.25M FLOPs" not in table, "no network of the space is so small"


def test_limits_that_no_network_of_any_search_exceeds_are_left_out(tmp_path: Path) -> None:
    comparison = Comparison.of(two(tmp_path))
    most = 8 * max(trial.costs["params"] for side in comparison.sides for trial in side.ended)
    known = comparison.sides[0].spec
    console = Console(file=io.StringIO(), width=200)
    wide = known.model_copy(update={"budgets": known.budgets.model_copy(update={"params": most})})
    sides = tuple(replace(side, spec=wide) for side in comparison.sides)
    console.print(comparison_table(replace(comparison, sides=sides)))
    table = console.file.getvalue()  # type: ignore[attr-defined]
    limits = re.findall(r"best within (\S+) parameters", table)
    assert limits == [format_count(most)]


def test_whose_intervals_include_seeds_is_said_by_name(tmp_path: Path) -> None:
    one, other = Comparison.of(two(tmp_path)).sides
    again = replace(other.ended[0], number=9, seed=1)
    seeded = replace(other, ended=(*other.ended, again), front=Front([*other.ended, again]))
    comparison = replace(Comparison.of(two(tmp_path / "again")), sides=(one, seeded))
    assert comparison.interval_sources == "one: images, other: images and seeds"


def test_as_json(tmp_path: Path) -> None:
    values = Comparison.of(two(tmp_path)).to_dict()
    assert [run["trials"] for run in values["runs"]] == [2, 3]
    assert values["runs"][1]["best_within"]["2.5M FLOPs"] == 0.9
    assert values["settings_that_differ"] == {"search.seed": [0, 1]}


def test_accuracies_on_other_data_are_not_compared(tmp_path: Path) -> None:
    one, _ = new_run(tmp_path, "one")
    known = spec("other")
    other, _ = RunFolder.create(
        tmp_path,
        settings("other"),
        known.model_copy(update={"data": known.data.model_copy(update={"data_id": "fedcba98"})}),
    )
    with pytest.raises(IncomparableDataError, check=lambda error: error.where == "one and other"):
        Comparison.of([one, other])


def test_accuracies_on_other_folds_are_not_compared(tmp_path: Path) -> None:
    one, _ = new_run(tmp_path, "one")
    folds = FoldsSpec(images=(9, 9), groups_sha256="a")
    other, _ = RunFolder.create(tmp_path, settings("other"), spec("other").model_copy(update={"folds": folds}))
    with pytest.raises(IncomparableFoldsError, check=lambda error: error.where == "one and other"):
        Comparison.of([one, other])


def test_accuracies_of_another_way_of_training_are_not_compared(tmp_path: Path) -> None:
    one, _ = new_run(tmp_path, "one")
    other, _ = RunFolder.create(tmp_path, settings("other"), spec("other").model_copy(update={"method": 0}))
    with pytest.raises(IncomparableMethodError, check=lambda error: error.where == "one and other"):
        Comparison.of([one, other])


def test_fronts_of_other_objectives_are_not_compared(tmp_path: Path) -> None:
    one, _ = new_run(tmp_path, "one")
    other, _ = new_run(tmp_path, "other", search={"objectives": ["params"]})
    with pytest.raises(IncomparableObjectivesError, check=lambda error: error.where == "one and other"):
        Comparison.of([one, other])


def test_values_of_other_metrics_are_not_compared() -> None:
    search = spec().search.model_copy(update={"metric": "balanced"})
    with pytest.raises(IncomparableObjectivesError, check=lambda error: error.where == "one and other"):
        check_comparable(spec("one"), spec("other").model_copy(update={"search": search}))


def test_the_weights_they_start_from_are_distinguished_by_their_content(tmp_path: Path) -> None:
    one, _ = new_run(tmp_path, "one")
    known = spec("other").model_copy(update={"pretrained": (PretrainedFile(file="a.pth", sha256="12ab"),)})
    other, _ = RunFolder.create(tmp_path, settings("other"), known)
    assert Comparison.of([one, other]).settings == {"training.pretrained (SHA-256)": (None, "12ab")}


def test_networks_that_cost_the_same_but_for_a_little_are_one_on_the_front(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, "one", search={"cost_epsilon": 0.1})
    trials = fill(record, [result(0.5 + 0.01 * number) for number in range(30)])
    comparison = Comparison.of([folder, folder])
    assert comparison.sides[0].on_front == len(pareto_front(trials, 0.1)) < len(pareto_front(trials, 0.0))
