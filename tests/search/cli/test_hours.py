"""``search.hours`` and ``--hours``: what is no limit of time is refused, before anything is written."""

from pathlib import Path

import pytest

from search.errors import ArgumentError, FileError
from search.study.folder import RunFolder
from tests.helpers import Shell
from tests.search.factory import fill, new_run, result

GOOD = """
name: mine
data: data/digits
training: {input_size: 16}
"""


@pytest.mark.parametrize("hours", ["0", "-2", "two", "'2'", "true", "[2]"])
def test_a_file_without_hours_above_zero_is_refused(new_shell: Shell, hours: str) -> None:
    new_shell.write("mine.yaml", GOOD + f"search: {{hours: {hours}}}")
    (mistake,) = new_shell.refused(FileError, "launch", "mine.yaml").mistakes
    assert mistake.where == "search.hours"
    assert not (new_shell.folder / "runs").exists()


@pytest.mark.parametrize("hours", ["0", "-1", "nan", "inf"])
def test_an_option_without_hours_above_zero_is_refused(new_shell: Shell, hours: str) -> None:
    new_shell.write("mine.yaml", GOOD)
    refused = new_shell.refused(ArgumentError, "launch", "mine.yaml", "--hours", hours)
    assert (refused.argument, refused.got) == ("hours", hours)
    assert not (new_shell.folder / "runs").exists()


def test_an_option_in_words_is_refused(new_shell: Shell) -> None:
    new_shell.write("mine.yaml", GOOD)
    assert "--hours" in new_shell.run("launch", "mine.yaml", "--hours", "two", expect=2)


def test_less_than_the_search_has_run_is_refused(new_shell: Shell) -> None:
    _, record = new_run(new_shell.folder / "runs", "mine")
    fill(record, [result(0.5)])
    record.ask(None, 2.0)
    record.note_seconds_run(1.5 * 3600)
    refused = new_shell.refused(ArgumentError, "launch", "--resume", "mine", "--hours", 1)
    assert (refused.argument, refused.got) == ("hours", "1")
    assert "1.5 h" in refused.what
    assert RunFolder.find(new_shell.folder / "runs", "mine").snapshot().hours == 2.0, "what was asked for stays"


def test_a_resume_without_time_left_starts_nothing_and_shows_the_front(new_shell: Shell) -> None:
    _, record = new_run(new_shell.folder / "runs", "mine", storage={"mlflow": f"sqlite:///{new_shell.folder}/m.db"})
    fill(record, [result(0.5), None])
    record.ask(None, 2.0)
    record.note_seconds_run(2.0 * 3600)
    output = new_shell.run("launch", "--resume", "mine")
    assert "Pareto front, 1 of 1 trials" in output
    lines = [line for line in output.splitlines() if "search.hours" in line]
    assert len(lines) == 1
    assert "; 1 training was not finished: " in lines[0]
    assert lines[0].endswith("--hours 3 finishes this trial")
    assert Path(new_shell.folder, "runs", "mine", "front.html").exists()


def test_status_says_what_is_left(new_shell: Shell) -> None:
    _, record = new_run(new_shell.folder / "runs", "mine")
    fill(record, [result(0.5)])
    record.ask(None, 2.0)
    record.note_seconds_run(1.5 * 3600)
    assert "30 min left of 2 h (search.hours)" in " ".join(new_shell.run("status", "mine").split())
    figures = new_shell.figures("status", "mine")
    assert (figures["trials_asked"], figures["hours_asked"], figures["hours_run"]) == (None, 2.0, 1.5)
