"""Where a run stands, by whoever looks from outside."""

import fcntl
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from search.render.overview import Overview, RunWatch, State, runs_table, status_view
from search.study.folder import RunFolder
from search.study.trial import TrialResult
from tests.search.factory import fill, new_run, result


def shown(renderable: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_run_that_somebody_works_on_is_running(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    trials = fill(record, [result(0.5), result(0.7), None, TrialResult(failure="out of memory twice")])
    record.note_epoch(trials[2], result(0.4567, epochs=4).epochs[3])
    assert Overview.of(folder).state is State.INTERRUPTED
    with folder.lock():
        overview = Overview.of(folder)
        assert overview.state is State.RUNNING
        screen = shown(status_view(overview))
    for text in (
        "3 of 50 trials, 1 running",
        "1 failed",
        "70.00%",
        "trial 2",
        "4/10",
        "45.67%",
        "out of memory twice",
        "ago",
    ):
        assert text in screen, text
    assert "1 interrupted" in shown(status_view(Overview.of(folder)))
    record.end()
    assert Overview.of(folder).state is State.ENDED


def test_why_a_search_had_to_stop_is_shown_until_it_goes_on(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    fill(record, [TrialResult(failure="DivergedError: nan")])
    assert Overview.of(folder).to_dict()["problem"] is None
    record.note_problem("5 trials in a row failed alike: [nan]")
    overview = Overview.of(folder)
    assert overview.to_dict()["problem"] == "5 trials in a row failed alike: [nan]"
    assert "5 trials in a row failed alike: [nan]" in shown(status_view(overview))
    with folder.lock():
        assert Overview.of(folder).problem is None, "it goes on"
    record.ask(50)
    assert Overview.of(folder).problem is None


def test_looking_does_not_keep_a_search_from_starting(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    assert not folder.in_use
    with folder.lock():
        assert RunFolder.find(tmp_path, "tiny").in_use
        assert RunFolder.find(tmp_path, "tiny").in_use
    with folder.lock():
        pass


def test_who_may_not_write_may_look_and_others_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = new_run(tmp_path)
    with folder.lock():
        pass
    with (folder.path / ".lock").open() as another:
        fcntl.flock(another, fcntl.LOCK_SH)  # as a reader
        opened, real = [], os.open

        def noted(path: Any, flags: int, *more: Any) -> int:
            opened.append(flags)
            return real(path, flags, *more)

        monkeypatch.setattr(os, "open", noted)
        assert not folder.in_use
    assert opened == [os.O_RDONLY]


def test_a_run_is_called_as_its_folder_is(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    moved = folder.path.rename(tmp_path / "[bold]moved")
    overview = Overview.of(RunFolder.find(tmp_path, moved.name))
    assert "[bold]moved" in shown(runs_table([overview]))
    assert overview.to_dict()["name"] == "[bold]moved"


def test_a_run_as_json_has_exact_numbers(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    fill(record, [result(0.5), TrialResult(failure="it diverged"), None])
    overview = json.loads(json.dumps(Overview.of(folder).to_dict()))
    assert overview["state"] == "interrupted"
    assert (overview["complete"], overview["failed"], overview["on_front"]) == (1, 1, 1)
    assert overview["best_accuracy"] == 0.5
    assert overview["failures"][0]["cause"] == "it diverged"
    (running,) = overview["running"]
    assert (running["trial"], running["epoch"], running["val_accuracy"]) == (2, None, None)
    record.note_epoch(record.trials()[2], result(0.4).epochs[0])
    (running,) = Overview.of(folder).to_dict()["running"]
    assert (running["epoch"], running["val_accuracy"]) == (1, 0.2)


def test_a_run_without_trials_is_a_row_too(tmp_path: Path) -> None:
    folder, _ = new_run(tmp_path)
    row = shown(runs_table([Overview.of(folder)]))
    assert "0 of 50" in row
    assert "tiny" in row
    assert "0 of 50 trials, 0 stopped" in shown(status_view(Overview.of(folder))), "none was interrupted"


def test_looking_again_shows_what_looking_for_the_first_time_does(tmp_path: Path) -> None:
    """Trials end, begin and progress between two looks; another launch asks for more of them."""
    folder, record = new_run(tmp_path)
    trials = fill(record, [result(0.5), None, None, result(0.6)])
    watch = RunWatch(folder)
    first = watch.look()
    shown_first = first.to_dict()
    record.finish(trials[2], result(0.7))
    record.finish(trials[1], TrialResult(failure="it diverged"))
    (begun,) = fill(record, [None], seed=1)
    record.note_epoch(begun, result(0.4).epochs[0])
    record.ask(60)
    again, again = watch.look(), Overview.of(folder)
    assert again.to_dict() == again.to_dict()
    assert [trial.number for trial in again.progress.ended] == [0, 3, 2, 1]
    assert first.to_dict() == shown_first, "what was seen before stays"
    assert again.progress.running == again.progress.running
    assert again.progress.best() == again.progress.best()
    record.note_problem("a full disk")
    assert watch.look().problem == "a full disk"
