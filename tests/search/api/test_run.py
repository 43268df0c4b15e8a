"""Runs looked at from Python: plain values in, dataclasses out, errors raised, nothing printed."""

from math import isnan
from pathlib import Path

import pytest

import search
from search.analysis.front import complete, pareto_front
from search.analysis.uncertainty import ValueUncertainty
from search.analysis.won import PlainNetworks
from search.api.compare import compare
from search.api.front import front
from search.api.list_runs import list_runs
from search.api.report import report
from search.api.run import Run
from search.api.status import follow, status
from search.errors import ArgumentError, UsageError
from search.optimize.pareto import hypervolume
from search.render.overview import State
from search.study.trial import TrialResult
from tests.search.factory import fill, new_run, result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the run ``tiny`` is, which has ended, and ``empty``, which has not begun."""
    _, record = new_run(tmp_path)
    fill(record, [result(0.5), TrialResult(failure="it failed"), result(0.7)])
    record.end()
    new_run(tmp_path, "empty")
    return tmp_path


@pytest.fixture(autouse=True)
def _silent(capsys: pytest.CaptureFixture[str]) -> object:
    yield
    assert capsys.readouterr().out == ""


def test_every_run_is_listed_and_what_can_not_be_read_beside_them(folder: Path) -> None:
    (folder / "broken").mkdir()
    (folder / "broken" / "search.yaml").write_text("name: [")
    found = list_runs(folder)
    assert [overview.name for overview in found.overviews] == ["empty", "tiny"]
    assert list(found.unreadable) == ["broken"]


def test_a_front_is_the_record_s(folder: Path) -> None:
    found = front("tiny", folder)
    assert [trial.status.value for trial in found.trials] == ["complete", "failed", "complete"]
    points = [trial.objectives for trial in complete(found.trials)]
    assert found.hypervolume == hypervolume(points, found.spec.reference)
    found.save_page(folder / "front.html")
    assert "<html" in (folder / "front.html").read_text()


@pytest.mark.parametrize("look", [front, report])
def test_without_a_complete_trial_there_is_none(folder: Path, look: object) -> None:
    with pytest.raises(UsageError):
        look("empty", runs=folder)  # type: ignore[operator]


def test_a_report_goes_beside_the_run_or_where_it_is_wanted(folder: Path) -> None:
    assert report("tiny", runs=folder) == folder.resolve() / "tiny" / "report.html"
    with pytest.raises(ArgumentError) as raised:
        report("tiny", folder / "report.txt", folder)
    assert raised.value.argument == "out"


def test_a_run_that_is_over_is_followed_no_longer(folder: Path) -> None:
    assert status("tiny", folder).state is State.ENDED
    assert [overview.state for overview in follow("tiny", folder)] == [State.ENDED]


def test_a_comparison_takes_two(folder: Path) -> None:
    with pytest.raises(UsageError):
        compare(["tiny"], folder)
    assert [side.name for side in compare(["tiny", "empty"], folder).sides] == ["tiny", "empty"]


def test_a_run_says_what_the_functions_say(folder: Path) -> None:
    run = Run("tiny", folder)
    assert run.name == "tiny"
    assert Run(run.path).path == run.path
    assert [trial.number for trial in run.records] == [0, 1, 2]
    assert run.hypervolume == front("tiny", folder).hypervolume
    assert run.status.complete == 2
    with pytest.raises(UsageError):
        Run("nobody", folder)


def test_trials_are_a_frame(folder: Path) -> None:
    run = Run("tiny", folder)
    frame = run.trials()
    assert list(frame.index) == [0, 1, 2]
    assert list(frame.status) == ["complete", "failed", "complete"]
    assert frame.accuracy.isna().tolist() == [False, True, False]
    assert frame.accuracy[2] == 0.7
    assert "it failed" in frame.note[1]
    assert [dict(frame[["params", "flops"]].loc[trial.number]) for trial in run.records] == [
        dict(trial.costs) for trial in run.records
    ]
    none = Run("empty", folder).trials()
    assert len(none) == 0
    assert list(none.columns) == list(frame.columns)


def test_the_front_is_a_frame_of_what_no_other_beats(folder: Path) -> None:
    run = Run("tiny", folder)
    frame, found = run.front(), front("tiny", folder)
    expected = pareto_front(found.trials, found.spec.search.cost_epsilon)
    assert list(frame.index) == [trial.number for trial in expected]
    assert list(frame.accuracy) == [trial.value for trial in expected]
    assert list(frame.arch_id) == [trial.arch.arch_id for trial in expected]
    assert frame.probability_on_front.between(0, 1).all()
    uncertainty = ValueUncertainty(complete(found.trials), found.spec)
    intervals = [uncertainty.interval(trial) for trial in expected]
    assert list(frame.interval_low) == [interval.low for interval in intervals]
    assert list(frame.interval_high) == [interval.high for interval in intervals]
    assert list(frame.standard_error) == [uncertainty.error(trial) for trial in expected]
    gains = [PlainNetworks(found.spec, found.trials).gain_of(trial) for trial in expected]
    known = [None if gain is None else (gain.interval.low, gain.interval.high) for gain in gains]
    ends = zip(frame.gain_low, frame.gain_high, strict=True)
    assert [None if isnan(low) else (low, high) for low, high in ends] == known
    with pytest.raises(UsageError):
        Run("empty", folder).front()


def test_a_run_is_drawn(folder: Path) -> None:
    run = Run("tiny", folder)
    assert len(run.plot().axes) == len(front("tiny", folder).spec.search.objectives)
    run.save_page(folder / "page.html")
    assert "<html" in (folder / "page.html").read_text()
    assert run.report(folder / "found.html").is_file()


@pytest.mark.parametrize("name", search.__all__)
def test_what_the_package_names_is_there(name: str) -> None:
    assert getattr(search, name).__name__ == name
