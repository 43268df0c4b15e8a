"""Trials of earlier versions are read as though this one had written them."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.study.migrations.trial import migrated
from search.study.study import StudyRecord
from search.study.trial import TrialRecord, TrialResult
from search.study.trial_row import READ, read_trial
from search.study.trial_table import TrialRow, read_rows
from tests.search.factory import fill, result, spec

LATER = (  # of a result
    "place",
    "ended",
    "search_seconds",
    "rungs",
    "rung_errors",
    "standard_error",
    "interruptions",
    "stopped",
    "remaining",
)


@pytest.fixture
def kept(tmp_path: Path) -> tuple[TrialRecord, TrialRow]:
    """A trial that ended, and what this version keeps of it."""
    url = f"sqlite:///{tmp_path / 'study.db'}"
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [result(0.5, epochs=2)])
    (row,) = read_rows(record._storage.engine, record._study_id, READ)
    return trial, row


def of_the_first_version(row: TrialRow) -> TrialRow:
    attributes = {
        name: value for name, value in row.attributes.items() if name not in ("costs", "started", "input_size")
    }
    attributes["result"] = {name: value for name, value in row.attributes["result"].items() if name not in LATER}
    return replace(row, attributes=attributes)


def test_a_trial_of_the_first_version_is_read(kept: tuple[TrialRecord, TrialRow]) -> None:
    trial, row = kept
    assert row.ended is not None
    old = of_the_first_version(row)
    assert not {"costs", "started", "input_size"} & set(old.attributes)
    read = read_trial(old, spec())
    assert read == replace(trial, started=row.started, ended=row.ended, end_number=0, search_seconds=None)
    assert isinstance(read.result, TrialResult)
    assert (read.result.rungs, read.result.interruptions, read.result.stopped) == ({}, (), None)
    assert old == of_the_first_version(row), "what was given is not changed"


def test_a_trial_of_this_version_stays_as_it_is(kept: tuple[TrialRecord, TrialRow]) -> None:
    trial, row = kept
    assert migrated(row, spec().input_sizes[0]) == row
    assert read_trial(row, spec()) == trial


def test_an_end_that_was_noted_before_a_kill_has_not_come(kept: tuple[TrialRecord, TrialRow]) -> None:
    _, row = kept
    running = replace(row, state="RUNNING", ended=None)
    for version in (running, of_the_first_version(running)):
        assert read_trial(version, spec()).ended is None
