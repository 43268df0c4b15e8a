"""A record at one moment, and what is read again for the next."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.optimize.early_stopping import EarlyStop
from search.study.final_evaluation import FinalEvaluation
from search.study.study import StudyRecord
from search.study.trial import Status, TrialResult
from search.study.trial_row import costs_of
from spaces import KNOWN_COSTS, Encoding
from tests.search.factory import fill, result, score, spec
from ulsam import count_cost


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}"


def test_it_says_all_that_the_record_says(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    empty = record.snapshot()
    assert (empty.trials, empty.asked, empty.over, empty.problem, empty.taken_over) == ((), 50, False, None, True)
    trials = fill(record, [result(0.5), TrialResult(failure="x"), None, result(0.6)])
    candidate = trials[0].candidate
    final = FinalEvaluation(
        weights_sha256="a" * 64, candidate=candidate, trial=0, epochs=9, seed=1, folder="/x", val=score(5, 8)
    )
    record.record_evaluation(final)
    record.ask(70, 2.5)
    record.note_seconds_run(600.0)
    record.note_problem("a full disk")
    now = StudyRecord.open(url, "tiny").snapshot()
    assert list(now.trials) == trials
    assert [trial.number for trial in now.ended] == [0, 1, 3]
    assert [trial.number for trial in now.running] == [2]
    assert (now.spec, now.asked, now.over, now.problem) == (spec(), 70, False, "a full disk")
    assert (now.hours, now.seconds_run) == (2.5, 600.0)
    assert now.final_evaluations == (final,)
    record.end()
    assert record.snapshot().over


def test_a_limit_of_time_alone_is_kept_and_an_earlier_record_has_none(url: str) -> None:
    timed = spec(search={"hours": 2})
    record = StudyRecord.create(url, "tiny", timed)
    assert (record.snapshot().asked, record.snapshot().hours) == (None, 2.0)
    assert StudyRecord.open(url, "tiny").spec == timed
    record.ask(None, 3.0)
    assert (record.snapshot().asked, record.snapshot().hours) == (None, 3.0)
    before = spec().model_dump(mode="json")
    del before["search"]["hours"]
    assert type(timed).model_validate(before).search.hours is None


def test_what_is_to_be_taken_over_is_said(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec(search={"warm_start": ["earlier"]}))
    assert not record.snapshot().taken_over
    record.end_taking_over()
    assert record.snapshot().taken_over


def test_the_next_one_reads_what_is_new_alone(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    trials = fill(record, [result(0.5), None, None, result(0.6)])
    looking = StudyRecord.open(url, "tiny")
    first = looking.snapshot()
    record.finish(trials[1], result(0.7))
    record.note_epoch(trials[2], result(0.4).epochs[0])
    fill(record, [None, TrialResult(failure="x")], seed=1)
    read: list[int] = []
    from search.study import study_reader

    real = study_reader.read_trial
    monkeypatch.setattr(study_reader, "read_trial", lambda row, spec: read.append(row.number) or real(row, spec))
    second = looking.snapshot(first)
    assert read == [1, 2, 4, 5], "running before, or begun since"
    assert second.trials == record.trials()
    assert [trial.number for trial in second.ended] == [0, 3, 1, 5]
    read.clear()
    assert looking.snapshot(second) == second
    assert read == [2, 4]


def test_costs_are_kept_with_a_trial_and_not_counted_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [result(0.5)])
    cost = count_cost(trial.arch, trial.candidate.input_size)
    (kept,) = record._storage.get_all_trials(record._study_id)
    assert kept.user_attrs["costs"] == {"params": cost.params, "flops": cost.flops}

    def counted(*_: object) -> None:
        raise AssertionError("counted")

    monkeypatch.setattr("search.study.trial_row.costs_of", counted)
    assert StudyRecord.open(url, "tiny").trials() == (trial,)


def test_a_record_that_has_no_costs_is_counted(url: str) -> None:
    """One of an earlier version."""
    record = StudyRecord.create(url, "tiny", spec())
    trials = fill(record, [result(0.5), None])
    from sqlalchemy import text

    with record._storage.engine.begin() as connection:
        gone = connection.execute(text("DELETE FROM trial_user_attributes WHERE key = 'costs'"))
        assert gone.rowcount == 2
    assert list(StudyRecord.open(url, "tiny").trials()) == trials
    assert costs_of(trials[0].candidate, KNOWN_COSTS) == trials[0].costs


def test_taking_a_search_up_ends_what_its_driver_did_not_come_to_end(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The result is there, the state says that it runs; end numbers go on after the last one."""
    record = StudyRecord.create(url, "tiny", spec())
    trials = fill(record, [result(0.5), None, None, None])
    stopped = TrialResult(stopped=EarlyStop(rung=1, rivals=(), noise=0.1))
    with monkeypatch.context() as dying:
        dying.setattr(StudyRecord, "_end", lambda *_: None)
        record.finish(trials[1], result(0.7))
        record.finish(trials[2], stopped)
    again = StudyRecord.open(url, "tiny")
    before = again.trials()
    assert [trial.status for trial in before] == [Status.COMPLETE, *[Status.RUNNING] * 3]
    taken_up = again.take_up(before)
    assert [trial.status for trial in taken_up] == [Status.COMPLETE, Status.COMPLETE, Status.STOPPED, Status.RUNNING]
    assert [trial.end_number for trial in taken_up] == [1, 2, 3, 0]
    assert taken_up == StudyRecord.open(url, "tiny").trials()
    assert again.finish(taken_up[3], result(0.4)).end_number == 4


def test_a_trial_of_another_search_keeps_its_costs(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [result(0.5)])
    adopted = record.adopt(replace(trial, seed=3), Encoding(spec().search_space), "earlier trial 1")
    assert (adopted.costs["params"], adopted.costs["flops"]) == (trial.costs["params"], trial.costs["flops"])
    assert adopted.origin == "earlier trial 1"
