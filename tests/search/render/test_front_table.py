"""The front as a table in three forms."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from search.analysis.front import pareto_front
from search.analysis.interval import interval_of
from search.render.front_table import csv_table, front_caption, front_rows, markdown_table, terminal_table
from search.render.network_words import describe_arch, describe_placements
from search.study.study import StudyRecord
from search.tracking.mlflow_note import note_of
from tests.search.factory import fill, new_run, result
from ulsam import ArchConfig, Placement


@pytest.fixture
def record(tmp_path: Path) -> StudyRecord:
    _, record = new_run(tmp_path)
    fill(record, [result(0.4 + number / 40) for number in range(10)])
    return record


def test_all_forms_list_the_front_cheapest_first(record: StudyRecord) -> None:
    trials = record.ended()
    front = pareto_front(trials)
    numbers = [str(trial.number) for trial in front]
    assert [row["trial"] for row in csv.DictReader(io.StringIO(csv_table(record.spec, trials)))] == numbers
    lines = markdown_table(record.spec, trials).splitlines()
    assert [line.split("|")[1].removesuffix("&nbsp; ").strip() for line in lines[2:]] == numbers
    console = Console(file=io.StringIO(), width=160)
    console.print(terminal_table(record.spec, trials))
    rows = [line.split("│")[1].strip() for line in console.file.getvalue().splitlines() if "│" in line]  # type: ignore[attr-defined]
    assert rows == numbers


def test_accuracies_come_with_their_interval_and_the_title_names_it(record: StudyRecord) -> None:
    trials = record.ended()
    trial, images = pareto_front(trials)[-1], record.spec.data.val_images
    error = (trial.value * (1 - trial.value) / images) ** 0.5
    interval = interval_of(trial.value, error, images)
    words = f"{trial.value:.2%} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
    assert words in markdown_table(record.spec, trials)
    table = terminal_table(record.spec, trials)
    assert words in list(table.columns[1].cells)
    assert str(table.title).endswith("accuracy with its 95% interval (images)")
    assert front_caption(record.spec, trials) in note_of(record.spec, trials, 20, "address")
    row = front_rows(record.spec, trials)[-1].to_dict()
    assert row["standard_error"] == pytest.approx(error)
    assert row["interval"] == {"low": interval.low, "high": interval.high, "confidence": 0.95}
    line = list(csv.DictReader(io.StringIO(csv_table(record.spec, trials))))[-1]
    written = [float(line[name]) for name in ("standard_error", "interval_low", "interval_high")]
    assert written == pytest.approx([error, interval.low, interval.high])


def test_the_caption_says_whether_seeds_are_in_the_interval(record: StudyRecord) -> None:
    trials = record.ended()
    again = replace(trials[0], number=len(trials), seed=1)
    assert front_caption(record.spec, [*trials, again]) == "accuracy with its 95% interval (images and seeds)"


def test_equal_attention_is_named_once_for_all_its_blocks() -> None:
    groups = {3: 4, 9: 2, 12: 4, 13: 4}
    placed = tuple(Placement(block=block, mode="substitute", groups=g) for block, g in groups.items())
    after = Placement(block=5, mode="insert", groups=4)
    arch = ArchConfig(backbone="mobilenet_v2", placements=(*placed, after), removed=(15, 16))
    assert describe_placements(arch) == "replaces 3, 12, 13 (g=4), after 5 (g=4), replaces 9 (g=2)"
    assert describe_arch(arch, " at 80 px") == f"V2 x1 without 15, 16 at 80 px, {describe_placements(arch)}"
    plain = ArchConfig(backbone="mobilenet_v2")
    assert (describe_placements(plain), describe_arch(plain)) == ("none", "V2 x1")
