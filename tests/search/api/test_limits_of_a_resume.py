"""How many trials, and how many hours, a search has that goes on: what was asked for before, or more."""

from pathlib import Path

import pytest

from search.api.resume import _hours_asked, _over, _trials_asked
from search.errors import ArgumentError
from search.study.folder import RunFolder
from search.study.snapshot import Snapshot
from tests.search.factory import fill, new_run, result


def run_with(path: Path, trials: int | None, hours: float | None, run: float) -> tuple[RunFolder, Snapshot]:
    """A search that was asked for so much, has one trial and has run for ``run`` hours."""
    folder, record = new_run(path)
    fill(record, [result(0.5)])
    record.ask(trials, hours)
    record.note_seconds_run(run * 3600)
    return folder, folder.snapshot()


@pytest.mark.parametrize(
    ("before", "hours", "at_least", "asked"),
    [
        (2.0, None, 0.0, 2.0),
        (2.0, 3.0, 0.0, 3.0),
        (2.0, 1.5, 0.0, 1.5),
        (2.0, None, 5.0, 5.0),
        (2.0, None, 1.0, 2.0),  # a job that is started once more with the same file
        (None, None, 0.0, None),
        (None, 3.0, 0.0, 3.0),
        (None, None, 4.0, 4.0),
    ],
)
def test_hours(tmp_path: Path, before: float | None, hours: float | None, at_least: float, asked: float | None) -> None:
    folder, now = run_with(tmp_path, None, before, run=1.2)
    assert _hours_asked(folder, now, hours, at_least) == asked


def test_fewer_hours_than_it_has_run_are_refused_and_as_many_are_not(tmp_path: Path) -> None:
    folder, now = run_with(tmp_path, None, 2.0, run=1.5)
    with pytest.raises(ArgumentError) as refused:
        _hours_asked(folder, now, 1.4, 0.0)
    assert refused.value.argument == "hours"
    assert _hours_asked(folder, now, 1.5, 0.0) == 1.5
    assert _hours_asked(folder, now, None, 1.4) == 2.0, "the file of a job says the same each time"


@pytest.mark.parametrize(
    ("before", "trials", "at_least", "asked"),
    [(None, None, 0, None), (None, 9, 0, 9), (5, None, 0, 5), (5, None, 8, 8)],
)
def test_trials(tmp_path: Path, before: int | None, trials: int | None, at_least: int, asked: int | None) -> None:
    folder, now = run_with(tmp_path, before, None, run=0.1)
    assert _trials_asked(folder, now, trials, at_least, None) == asked


@pytest.mark.parametrize(
    ("trials", "hours", "over"),
    [(1, None, True), (2, None, False), (None, 1.0, True), (None, 1.1, False), (5, 1.0, True), (1, 9.0, True)],
)
def test_it_is_over_at_the_limit_that_it_reaches_first(
    tmp_path: Path, trials: int | None, hours: float | None, over: bool
) -> None:
    _, now = run_with(tmp_path, trials, hours, run=1.0)
    assert _over(now) == over
