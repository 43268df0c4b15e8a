"""A run's log: what happened, in UTC, over all launches, without a password."""

import logging
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search.run.driver import Driver
from search.run.run_log import LOG_NAME, RunLog
from search.study.folder import RunFolder
from search.study.study import StudyRecord
from tests.search.factory import new_run
from tests.search.run.drivers import begin_two, diverge, work

LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}Z (INFO|WARNING|ERROR) (ulsam_search\S*): (.+)")


def a_log(folder: RunFolder, record: StudyRecord, trials: int) -> RunLog:
    begun, ended = len(record.trials()), len(record.ended())
    return RunLog(folder, record.spec, trials, begun, ended, [{"CPU": 8.0, "GPU": 2.0}])


def lines(folder: RunFolder) -> list[tuple[str, str]]:
    """Level and message of each line; all are of the form that the file promises."""
    found = [LINE.fullmatch(line) for line in (folder.path / LOG_NAME).read_text().splitlines()]
    assert None not in found
    return [(line[2], line[4]) for line in found if line is not None]


def test_every_begin_end_and_loss_is_there(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    log = a_log(folder, record, 4)
    with log:
        driver = Driver(folder, record, trials=4, observers=[log])
        one, other = begin_two(driver)
        driver.trial_lost(one.number, "the power went")
        work(driver, 1)
        driver.stop("the disk is full", "make room")
        log.search_ended(driver)
    written = lines(folder)
    for number in (one.number, other.number):
        assert any(level == "INFO" and text.startswith(f"trial {number} started") for level, text in written)
    assert any(level == "WARNING" and "the power went" in text for level, text in written)
    complete = [text for _, text in written if "complete" in text]
    assert len(complete) == 1
    accuracy = driver.ended[0].value
    assert f"{accuracy:.4f}" in complete[0]
    assert ("ERROR", "stopped: the disk is full; make room") in written
    machine = [text for _, text in written if "machine with" in text]
    assert "8 CPUs" in machine[0]
    assert "2 GPUs" in machine[0]


def test_a_network_that_fails_is_a_warning_with_its_reason(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    with a_log(folder, record, 2) as log:
        diverge(Driver(folder, record, trials=2, observers=[log]))
    assert any(level == "WARNING" and "failed" in text and "DivergedError" in text for level, text in lines(folder))


def test_a_resume_adds_to_it(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    for trials in (1, 2):
        with a_log(folder, record, trials) as log:
            work(Driver(folder, record, trials=trials, observers=[log]))
    written = [text for _, text in lines(folder)]
    assert sum(record.spec.search_id in text and "began" in text for text in written) == 1
    assert sum(record.spec.search_id in text and "resumed" in text for text in written) == 1
    assert sum(text.startswith("trial 0 started") for text in written) == 1
    assert sum(text.startswith("trial 1 started") for text in written) == 1


def test_its_times_are_utc_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # 14 hours ahead
    time.tzset()
    try:
        folder, record = new_run(tmp_path)
        with a_log(folder, record, 1):
            pass
    finally:
        monkeypatch.undo()
        time.tzset()
    written = datetime.fromisoformat((folder.path / LOG_NAME).read_text()[:19]).replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - written) < timedelta(hours=1)


def test_a_password_is_not_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PW", "hunter2")
    folder, record = new_run(tmp_path, storage={"mlflow": "http://me:${PW}@127.0.0.1:9"})
    log = a_log(folder, record, 1)
    with log:
        driver = Driver(folder, record, trials=1, observers=[log])
        driver.stop("http://me:hunter2@127.0.0.1:9: gone")
        log.search_ended(driver)
    text = (folder.path / LOG_NAME).read_text()
    assert "127.0.0.1:9: gone" in text
    assert "hunter2" not in text


def test_what_ends_a_search_by_an_error_is_its_last_line(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    with pytest.raises(ZeroDivisionError), a_log(folder, record, 1):
        1 / 0  # noqa: B018
    level, text = lines(folder)[-1]
    assert level == "ERROR"
    assert "ZeroDivisionError" in text


def test_logging_is_afterwards_as_it_was(tmp_path: Path) -> None:
    logger = logging.getLogger("ulsam_search")
    before = list(logger.handlers), logger.level
    folder, record = new_run(tmp_path)
    with a_log(folder, record, 1):
        assert logger.isEnabledFor(logging.INFO)
    assert (list(logger.handlers), logger.level) == before


def test_a_log_that_can_not_be_written_ends_no_search(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    (folder.path / LOG_NAME).mkdir()  # as one that may not be written; the tests may run as root
    log = a_log(folder, record, 2)
    with log:
        driver = Driver(folder, record, trials=2, observers=[log])
        work(driver)
    assert driver.finished


def test_a_full_disk_ends_no_search(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path)
    (folder.path / LOG_NAME).symlink_to("/dev/full")
    with a_log(folder, record, 1) as log:
        driver = Driver(folder, record, trials=1, observers=[log])
        work(driver)
    assert driver.finished
