"""One trial as a row of the study: the names of its attributes, and how they are read.

Costs are kept beside the architecture; those that a version did not know are counted. Optuna's own times are local ones
without a zone to whoever reads them by Optuna: trials carry times in UTC beside them. What earlier versions kept
comes from ``migrations/trial.py``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from pipelines.training.epoch import Epoch
from search.optimize.early_stopping import EarlyStop
from search.optimize.hypervolume_gap import HypervolumeGap
from search.study.migrations.trial import migrated
from search.study.spec import StudySpec
from search.study.trial import VALUE, Status, TrialRecord, TrialResult
from search.study.trial_table import TrialRow
from spaces import Candidate, KnownCost, count_known_costs
from ulsam import ArchConfig

ARCH, INPUT_SIZE, COSTS, SEED = "arch", "input_size", "costs", "seed"
KEY, ORIGIN, STARTED = "key", "origin", "started"
RESULT, EPOCH = "result", "epoch"  # each with these beside its own values:
END_NUMBER, ENDED, SEARCH_SECONDS = "place", "ended", "search_seconds"  # as the first versions called them
READ = (ARCH, INPUT_SIZE, COSTS, SEED, ORIGIN, STARTED, RESULT, EPOCH)  # what a trial is read from

_STATUS = {
    "RUNNING": Status.RUNNING,
    "COMPLETE": Status.COMPLETE,
    "PRUNED": Status.STOPPED,
    "FAIL": Status.FAILED,
}


def read_trial(row: TrialRow, spec: StudySpec) -> TrialRecord:
    """Returns a trial of a study.

    Args:
        row: with the attributes of :data:`READ`; not changed.
        spec: the search that the trials are of.
    """
    attrs = migrated(row, spec.input_sizes[0]).attributes
    candidate = Candidate(arch=ArchConfig.from_dict(attrs[ARCH]), input_size=attrs[INPUT_SIZE])
    status = _STATUS[row.state]
    result, epoch = attrs.get(RESULT), attrs.get(EPOCH)
    began = _utc(attrs[STARTED])
    # An end is noted with the result, before the trial has ended.
    ended = None if row.ended is None or result is None else _utc(result[ENDED])
    return TrialRecord(
        number=row.number,
        candidate=candidate,
        costs=_costs(candidate, attrs[COSTS], spec),
        minimised=spec.search.objectives,
        seed=attrs[SEED],
        status=status,
        started=began,
        origin=attrs.get(ORIGIN),
        # Whoever ended it may have another clock than whoever began it.
        ended=None if ended is None else max(began, ended),
        end_number=0 if result is None else result[END_NUMBER],
        result=None if result is None else _read_result(result),
        epoch=_read_epoch(epoch) if epoch is not None and status is Status.RUNNING else None,
        search_seconds=(result or epoch or {}).get(SEARCH_SECONDS),
        fold=spec.fold_number(attrs[SEED]),
    )


def _costs(candidate: Candidate, kept: Mapping[str, int], spec: StudySpec) -> Mapping[str, int]:
    """Returns the ``kept`` costs, and those that the version of the trial did not count."""
    unknown = tuple(cost for cost in spec.known_costs if cost.name not in kept)
    return {**kept, **costs_of(candidate, unknown)} if unknown else kept


@lru_cache(maxsize=65_536)
def costs_of(candidate: Candidate, known_costs: tuple[KnownCost, ...]) -> Mapping[str, int]:
    """Returns the costs of a network by name; callers share the result and must not change it.

    Args:
        candidate: the network.
        known_costs: the costs to count, in the order shown.
    """
    return count_known_costs(candidate, known_costs)


def _utc(noted: str) -> datetime:
    return datetime.fromisoformat(noted).astimezone(UTC)


def _read_epoch(values: dict[str, Any]) -> Epoch:
    return Epoch.from_dict({name: value for name, value in values.items() if name != SEARCH_SECONDS})


def _read_result(values: dict[str, Any]) -> TrialResult:
    """Reads a result from JSON, which has no tuples and no whole numbers as keys."""
    values = {name: value for name, value in values.items() if name not in (END_NUMBER, ENDED, SEARCH_SECONDS)}
    stopped, remaining, value = values["stopped"], values["remaining"], values.pop(VALUE)
    return TrialResult(
        **values
        | {
            "epochs": tuple(Epoch.from_dict(epoch) for epoch in values["epochs"]),
            "value": value,
            "rungs": {int(rung): score for rung, score in values["rungs"].items()},
            "rung_errors": {int(rung): error for rung, error in values["rung_errors"].items()},
            "interruptions": tuple(values["interruptions"]),
            "stopped": None if stopped is None else EarlyStop.from_dict(stopped),
            "remaining": None if remaining is None else HypervolumeGap(**remaining),
        }
    )
