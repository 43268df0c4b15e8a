"""The durable record: an Optuna study that holds exactly what happened."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import optuna
import pytest

from pipelines.training.epoch import Epoch
from search.analysis.front import complete, pareto_front
from search.run.optuna_proposals import OptunaProposals
from search.study.database import NoAnswerError
from search.study.final_evaluation import FinalEvaluation
from search.study.study import StudyRecord
from search.study.study_reader import DatabaseMissingError, ForeignStudyError, NoSuchStudyError, StudyExistsError
from search.study.trial import OutcomeError, Status, TrialResult
from spaces import Encoding
from tests.search.factory import fill, new_run, result, score, spec


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}"


def test_a_trial_is_recorded_when_it_starts_and_when_it_ends(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    candidate = next(iter(spec().search_space))
    started = record.start(candidate, Encoding(spec().search_space), seed=3)
    assert (started.number, started.candidate, started.seed, started.status) == (0, candidate, 3, Status.RUNNING)
    ended = record.finish(started, result(0.75))
    assert ended.status is Status.COMPLETE
    assert ended.objectives == (0.75, started.costs["params"], started.costs["flops"])
    assert StudyRecord.open(url, "tiny").trials() == (ended,)


def test_everything_comes_back_when_it_is_opened_again(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    trials = fill(record, [result(0.5), TrialResult(failure="OutOfMemoryError: too large"), None, result(0.6)])
    again = StudyRecord.open(url, "tiny")
    assert again.spec == spec()
    assert list(again.trials()) == trials
    assert [trial.number for trial in again.ended()] == [0, 1, 3]
    assert again.trials()[0].result == result(0.5)


def test_a_failure_is_recorded_as_failed_with_its_reason(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [TrialResult(failure="DivergedError: training loss is nan in epoch 1")])
    assert trial.status is Status.FAILED
    assert trial.result is not None
    assert trial.result.failure == "DivergedError: training loss is nan in epoch 1"
    assert not complete(record.trials())
    assert not pareto_front(record.trials())


def test_optunas_own_tools_open_the_study(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    trials = fill(record, [result(0.5 + number / 100) for number in range(6)] + [TrialResult(failure="x"), None])
    study = optuna.load_study(study_name="tiny", storage=url)
    assert study.metric_names == ["accuracy", "params", "flops"]
    assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE", "MINIMIZE"]
    assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 6 + ["FAIL", "RUNNING"]
    assert {trial.number for trial in study.best_trials} == {trial.number for trial in pareto_front(trials)}
    importance = optuna.importance.get_param_importances(study, target=lambda trial: trial.values[1])
    assert "width" in importance


def test_a_record_of_that_name_is_not_overwritten(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    fill(record, [result(0.5)])
    with pytest.raises(StudyExistsError) as refused:
        StudyRecord.create(url, "tiny", spec())
    assert refused.value.name == "tiny"
    assert len(StudyRecord.open(url, "tiny").trials()) == 1


def test_a_record_that_is_not_there_or_not_ours_is_named(url: str) -> None:
    StudyRecord.create(url, "tiny", spec())
    with pytest.raises(NoSuchStudyError) as missing:
        StudyRecord.open(url, "other")
    assert missing.value.name == "other"
    optuna.create_study(study_name="foreign", storage=url)
    with pytest.raises(ForeignStudyError) as foreign:
        StudyRecord.open(url, "foreign")
    assert foreign.value.name == "foreign"


def test_looking_for_a_database_that_is_gone_does_not_make_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError) as refused:
        StudyRecord.open(f"sqlite:///{tmp_path / 'gone.db'}", "tiny")
    assert refused.value.file == tmp_path / "gone.db"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/study.db", "nonsense", "postgresql://localhost:1/none", "oracle+x://a/b"]
)
def test_a_database_that_does_not_answer_is_one_line(url: str) -> None:
    with pytest.raises(NoAnswerError) as error:
        StudyRecord.create(url, "tiny", spec())
    assert error.value.reason
    assert "\n" not in str(error.value)


def test_a_front_has_no_dominated_no_running_and_no_failed_trial(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    fill(record, [result(0.2), None, TrialResult(failure="x"), result(0.9), result(0.4)])
    front = pareto_front(record.trials())
    assert [trial.costs["flops"] for trial in front] == sorted(trial.costs["flops"] for trial in front)
    for trial in complete(record.trials()):
        beaten = any(
            other.value >= trial.value
            and other.costs["params"] <= trial.costs["params"]
            and other.costs["flops"] <= trial.costs["flops"]
            and other.objectives != trial.objectives
            for other in complete(record.trials())
        )
        assert (trial in front) == (not beaten)


def test_a_result_has_an_accuracy_or_a_failure() -> None:
    with pytest.raises(OutcomeError):
        TrialResult()
    with pytest.raises(OutcomeError):
        TrialResult(value=0.5, failure="and yet")


def test_a_driver_whose_clock_is_an_hour_behind_keeps_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Behind(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Behind":
            return super().now(tz) - timedelta(hours=1)

    folder, record = new_run(tmp_path)
    done, begun = fill(record, [result(0.5), None])
    monkeypatch.setattr("search.study.study.datetime", Behind)
    monkeypatch.setattr("optuna.storages._rdb.storage.datetime", Behind)
    elsewhere = folder.open_record()
    finished = elsewhere.finish(begun, result(0.6))
    (later,) = fill(elsewhere, [result(0.7)])
    assert later.started < done.started, "its clock is behind"
    assert [trial.number for trial in elsewhere.ended()] == [done.number, finished.number, later.number]
    assert [trial.end_number for trial in elsewhere.ended()] == [1, 2, 3]
    for trial in elsewhere.ended():
        assert trial.ended is not None
        assert trial.ended >= trial.started


def test_the_progress_of_a_running_trial_is_recorded_until_it_ends(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [None])
    first, second = result(0.5).epochs

    def known() -> Epoch | None:
        return StudyRecord.open(url, "tiny").trials()[0].epoch

    assert known() is None
    for epoch in (first, second):
        record.note_epoch(trial, epoch)
        assert known() == epoch
    record.finish(trial, result(0.5))
    assert known() is None


def test_a_test_score_and_its_page_of_errors_stay_where_weights_are_noted_again(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    candidate = next(iter(spec().search_space))
    final = FinalEvaluation(
        weights_sha256="a" * 64, candidate=candidate, trial=None, epochs=9, seed=1, folder="/there", val=score(50, 80)
    )
    tested = replace(final, test=score(30, 60), errors_page="/there/errors.html")
    record.record_evaluation(tested)
    record.record_evaluation(final)
    record.record_evaluation(replace(final, weights_sha256="b" * 64, epochs=3, trial=5, method=2))
    record.record_evaluation(replace(final, weights_sha256="b" * 64, epochs=3))  # the same training, made once more
    assert StudyRecord.open(url, "tiny").final_evaluations() == (
        replace(final, weights_sha256="b" * 64, epochs=3, trial=5, method=2),
        tested,
    )
    assert tested.test is not None
    assert (tested.val.accuracy, tested.test.accuracy) == (0.625, 0.5)


def test_records_of_all_versions_call_the_value_of_a_result_the_same(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    (trial,) = fill(record, [result(0.75)])
    (kept,) = record._storage.get_all_trials(record._study_id)
    assert kept.user_attrs["result"]["accuracy"] == 0.75
    assert "value" not in kept.user_attrs["result"]
    assert trial.value == StudyRecord.open(url, "tiny").trials()[0].value == 0.75


def test_a_score_that_an_earlier_version_noted_is_read() -> None:
    candidate = next(iter(spec().search_space))
    final = FinalEvaluation(
        weights_sha256="a" * 64, candidate=candidate, trial=1, epochs=9, seed=1, folder="/x", val=score(5, 8)
    )
    values = final.to_dict()
    del values["method"], values["input_size"]
    values |= {"val": {"correct": 5, "images": 8}, "test": {"correct": 1, "images": 2}}
    assert FinalEvaluation.from_dict(values, candidate.input_size) == replace(final, test=score(1, 2))
    assert final.compares_with(2), "as far as is known"
    assert not replace(final, method=3).compares_with(2)


def test_optuna_prints_nothing_of_a_study_that_is_made(url: str, caplog: pytest.LogCaptureFixture) -> None:
    level = logging.getLogger("optuna").level
    StudyRecord.create(url, "tiny", spec())
    OptunaProposals("random", Encoding(spec().search_space), 2, seed=0)
    assert [record for record in caplog.records if record.name.startswith("optuna")] == []
    assert logging.getLogger("optuna").level == level
