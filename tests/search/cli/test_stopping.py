"""What a search that has stopped says last."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer

from search.api.execution import outcome_of
from search.cli.launch import conclude
from search.run.driver import Driver
from search.run.time_budget import TimeBudget
from search.run.tracker import TrackerReport
from tests.search.factory import new_run
from tests.search.run.drivers import diverge, run_out, work

FEW = {"widths": [0.1, 0.2], "placements": {"at_most": 0}}  # two networks
AGAIN = "ulsam-search launch --resume mine"


@pytest.mark.parametrize("trials", [2, 10])
def test_a_search_that_is_over_without_a_network_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trials: int
) -> None:
    """Ten trials: the space is exhausted before."""
    folder, record = new_run(tmp_path, space=FEW, training={"learning_rate": 7.5})
    driver = Driver(folder, record, trials=trials)
    diverge(driver, 2)
    assert driver.next_task() is None
    assert driver.exhausted == (trials == 10)
    driver.conclude()
    with pytest.raises(typer.Exit):
        conclude(outcome_of(driver, folder, record.spec, trials), AGAIN)
    said = capsys.readouterr().out
    for words in ("2 of 2 failed", "training.learning_rate", "7.5"):
        assert words in said
    assert (AGAIN in said) == (not driver.exhausted), "no network is left to try"


def test_a_search_that_stops_says_what_to_do_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, record = new_run(tmp_path, training={"learning_rate": 7.5})
    driver = Driver(folder, record, trials=12)
    diverge(driver, 5)
    with pytest.raises(typer.Exit):
        conclude(outcome_of(driver, folder, record.spec, 12), AGAIN)
    *_, advice, go_on = capsys.readouterr().out.splitlines()
    assert "training.learning_rate" in advice
    assert AGAIN not in advice
    assert go_on.endswith(f": {AGAIN}")


def test_where_one_more_network_shows_the_cause_its_option_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    run_out(driver, 4)
    assert driver.next_task() is None
    with pytest.raises(typer.Exit):
        conclude(outcome_of(driver, folder, record.spec, 2), AGAIN)
    *_, advice, go_on = capsys.readouterr().out.splitlines()
    assert "search.concurrent" in advice
    assert "--trials 3 " in advice
    assert go_on.endswith(f": {AGAIN}")


def test_a_search_whose_time_is_up_says_so_and_how_to_finish_what_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, record = new_run(tmp_path)
    clock = [0.0]
    driver = Driver(folder, record, None, time=TimeBudget(2, 2.0, clock=lambda: clock[0]))
    work(driver, 3)
    assert driver.next_task() is not None
    clock[0] = 2.061 * 3600
    conclude(outcome_of(driver, folder, record.spec, None), AGAIN)
    said = capsys.readouterr().out.splitlines()[0]
    assert said == (
        f"stopped after 2.06 h, the limit of search.hours; 1 training was not finished: {AGAIN} --hours 3.1 "
        "finishes this trial"
    )


def test_a_search_whose_time_was_too_short_for_a_network_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, None, time=TimeBudget(2, 2.0, seconds_run=2 * 3600))
    driver.conclude()
    with pytest.raises(typer.Exit):
        conclude(outcome_of(driver, folder, record.spec, None), AGAIN)
    said = capsys.readouterr().out
    assert said.startswith("no time is left: the search has run for 2 h of 2 h (search.hours)")
    assert f"{AGAIN} --hours 3\n" in said


def test_each_tracker_says_where_the_search_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, record = new_run(tmp_path)
    driver = Driver(folder, record, trials=2)
    work(driver)
    trackers = (
        TrackerReport(name="Here", where="look here", page="http://here"),
        TrackerReport(name="There", where="look there"),
    )
    conclude(replace(outcome_of(driver, folder, record.spec, 2), trackers=trackers), AGAIN)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == ["Here: look here", "      http://here", "There: look there"]
