"""A record with trials of every kind, and what Optuna's own reading says of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial

from search.optimize.early_stopping import EarlyStop, Rival
from search.study.study import StudyRecord
from search.study.trial import TrialRecord, TrialResult
from search.study.trial_row import READ
from search.study.trial_table import TrialRow, read_rows
from spaces import Encoding
from tests.search.factory import fill, result

STOPPED = TrialResult(stopped=EarlyStop(rung=1, rivals=(Rival(number=0, lead=0.1),), noise=0.05), rungs={1: 0.25})


def every_kind(record: StudyRecord) -> list[TrialRecord]:
    """Complete, failed, stopped and running trials; one has an epoch, one is another search's, one's driver died."""
    trials = fill(record, [result(0.5), TrialResult(failure="it diverged"), STOPPED, None, result(0.7), None, None])
    record.note_epoch(trials[3], result(0.4).epochs[0])
    record.adopt(replace(trials[0], seed=5), Encoding(record.spec.search_space), "earlier trial 7")
    record._end = lambda *_: None  # type: ignore[method-assign]
    record.finish(trials[5], result(0.6))
    return trials


def by_optuna(trials: Sequence[FrozenTrial], names: Sequence[str]) -> list[TrialRow]:
    def read(trial: FrozenTrial) -> TrialRow:
        begin, end = trial.datetime_start, trial.datetime_complete
        attributes = {name: trial.user_attrs[name] for name in names if name in trial.user_attrs}
        assert begin is not None
        return TrialRow(
            trial.number,
            trial.state.name,
            begin.astimezone(UTC),
            None if end is None else end.astimezone(UTC),
            attributes,
        )

    return [read(trial) for trial in trials]


def assert_reads_as_optuna(storage: RDBStorage, study_id: int = 1) -> None:
    expected = by_optuna(storage.get_all_trials(study_id), READ)
    assert expected
    assert read_rows(storage.engine, study_id, READ) == expected
    seeds = by_optuna(storage.get_all_trials(study_id), ["seed"])
    assert read_rows(storage.engine, study_id, ["seed"], start=3) == seeds[3:]
    assert read_rows(storage.engine, study_id, READ, start=None, also=(4, 1)) == [expected[1], expected[4]]
    assert read_rows(storage.engine, study_id, READ, start=5, also=(2,)) == [expected[2], *expected[5:]]
    assert read_rows(storage.engine, study_id, READ, start=len(expected)) == []
