"""What the outcome of a search holds for its display."""

from dataclasses import replace
from pathlib import Path

from search.api.execution import Outcome, outcome_of
from search.run.driver import Driver
from tests.search.factory import new_run
from tests.search.run.drivers import diverge, work


def outcome(runs: Path, trials: int, **sections: object) -> tuple[Outcome, Driver]:
    folder, record = new_run(runs, **sections)
    driver = Driver(folder, record, trials=12)
    work(driver, trials)
    return outcome_of(driver, folder, record.spec, 12), driver


def test_there_is_a_front_once_a_trial_is_complete(tmp_path: Path) -> None:
    none, driver = outcome(tmp_path / "none", 0)
    assert not none.has_front
    diverge(driver)
    failed = replace(none, ended=driver.ended)
    assert len(failed.ended) == 1
    assert not failed.has_front
    assert outcome(tmp_path / "one", 1)[0].has_front
