"""Times are kept in UTC: neither a change of the clocks nor a reader in another time zone moves them."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text

from search.analysis.compute_used import ComputeUsed
from search.render.overview import Overview, status_view
from search.render.report import report
from search.study.folder import RunFolder
from search.study.trial import TrialRecord
from tests.search.factory import fill, new_run, result

GO = Callable[[str], None]


@pytest.fixture
def go_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[GO]:
    """Moves this process to a time zone."""

    def go(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield go
    monkeypatch.undo()
    time.tzset()


def at(moment: datetime) -> type[datetime]:
    """A clock that stands at ``moment``."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            there = moment.astimezone(tz)
            return there if tz else there.replace(tzinfo=None)

    return Clock


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def set_to(moment: datetime) -> None:
        for module in ("search.study.study", "optuna.storages._rdb.storage", "search.render.overview"):
            monkeypatch.setattr(f"{module}.datetime", at(moment))

    return set_to


def a_trial(folder: RunFolder, begin: datetime, end: datetime, set_clock: Callable[[datetime], None]) -> TrialRecord:
    record = folder.open_record()
    set_clock(begin)
    (begun,) = fill(record, [None])
    set_clock(end)
    return record.finish(begun, result(0.5))


@pytest.mark.parametrize("hours", [2, 1.5, 0.5])
def test_a_change_of_the_clocks_neither_adds_nor_takes_an_hour(
    tmp_path: Path, go_to: GO, set_clock: Callable[[datetime], None], hours: float
) -> None:
    go_to("Europe/Berlin")
    folder, record = new_run(tmp_path)
    begin = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 02:15 in summer; at 01:00 UTC it is 02:00 again
    end = begin + timedelta(hours=hours)
    ended = a_trial(folder, begin, end, set_clock)
    assert (ended.started, ended.ended) == (begin, end)
    assert record.trials() == (ended,)
    assert ComputeUsed.of(record.spec, record.ended()).by_the_clock == pytest.approx(hours)
    set_clock(end + timedelta(minutes=5))
    console = Console(file=io.StringIO(), width=200)
    console.print(status_view(Overview.of(folder)))
    assert "the last trial ended 5 min ago" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_reader_elsewhere_sees_the_same_moments(
    tmp_path: Path, go_to: GO, set_clock: Callable[[datetime], None]
) -> None:
    go_to("Asia/Tokyo")
    folder, record = new_run(tmp_path)
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    set_clock(now)
    fill(record, [None])
    there = Overview.of(folder).to_dict()["running"][0]["started"]
    go_to("America/New_York")
    here = Overview.of(folder).to_dict()["running"][0]["started"]
    assert here == there
    assert datetime.fromisoformat(here) == now


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_a_record_of_an_earlier_version_is_read(
    tmp_path: Path, go_to: GO, set_clock: Callable[[datetime], None], zone: str
) -> None:
    go_to("Europe/Berlin")
    folder, _ = new_run(tmp_path)
    begin = datetime(2026, 7, 1, 12, tzinfo=UTC)
    end = begin + timedelta(hours=2)
    a_trial(folder, begin, end, set_clock)
    with create_engine(folder.study_url).begin() as database:  # what such a version did not write
        database.execute(text("DELETE FROM trial_user_attributes WHERE key = 'started'"))
        changed = (
            "UPDATE trial_user_attributes SET value_json = json_remove(value_json, '$.ended') WHERE key = 'result'"
        )
        database.execute(text(changed))
    go_to(zone)
    (trial,) = folder.open_record().trials()
    assert (trial.started, trial.ended) == (begin, end)


def test_a_report_is_dated_by_the_readers_clock_with_its_zone(tmp_path: Path, go_to: GO) -> None:
    go_to("Asia/Tokyo")
    _, record = new_run(tmp_path)
    html = report(record.spec, fill(record, [result(0.5)]))
    assert " JST</time>" in html
    assert '+09:00">' in html
