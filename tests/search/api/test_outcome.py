"""What the outcome of a search holds for its display."""

from dataclasses import replace
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("uri", "in_file", "server"),
    [
        ({}, True, "http://127.0.0.1:5000"),
        ({"storage": {"mlflow": "https://track.example/base/"}}, False, "https://track.example/base"),
        ({"storage": {"mlflow": "postgresql://host/mlflow"}}, False, None),
    ],
)
def test_mlflow_is_in_a_file_or_on_a_server_whose_page_is_known(
    tmp_path: Path, uri: dict[str, object], in_file: bool, server: str | None
) -> None:
    unknown, _ = outcome(tmp_path, 0, **uri)
    assert unknown.mlflow_in_file == in_file
    assert unknown.mlflow_page is None, "MLflow did not answer: it has no experiment"
    page = replace(unknown, experiment="7").mlflow_page
    assert page == (server and f"{server}/#/experiments/7/runs?workflowType=machine_learning")
