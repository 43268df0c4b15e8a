"""Resumes a search."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

from pipelines.storage.manifest import Manifest, verify
from pipelines.storage.remote import DataLocation, local
from pipelines.training.recipe import METHOD
from search.api.arguments import check_at_least, check_hours
from search.api.execution import Outcome, joined_cluster, run_recorded
from search.api.own_metric import resumed_metric
from search.api.own_teacher import train_own_teacher
from search.api.watcher import Watcher
from search.config.secret import with_password
from search.errors import ArgumentError, UsageError
from search.run.warm_start import reusable, take_over
from search.study.folder import RunFolder
from search.study.pretrained_files import check_pretrained
from search.study.run_names import RUNS
from search.study.snapshot import Snapshot
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.teacher_copy import check_teacher


class DataChangedError(UsageError):
    """The data are not those that a search began with."""


class OtherMethodError(UsageError):
    """A search began with a version that trains in another way.

    Attributes:
        began_with, now: the training methods of that version and of this one.
    """

    def __init__(self, path: Path, *, began_with: int, now: int) -> None:
        what = (
            f"the search uses training method {began_with}, this version uses method {now}, and their accuracies are "
            "not comparable; the run can still be shown and exported"
        )
        remedy = "to search further, launch the search file under another name"
        super().__init__(what, where=path, remedy=remedy)
        self.began_with = began_with
        self.now = now


def resume(
    run: str,
    *,
    trials: int | None = None,
    hours: float | None = None,
    at_least: int = 0,
    at_least_hours: float = 0.0,
    allow_code: str | None = None,
    beside: Path = Path(),
    address: str | None = None,
    runs: Path = RUNS,
    watcher: Watcher | None = None,
    fetch: Callable[[DataLocation], Path] = local,
) -> Outcome:
    """Resumes a run; where nothing is left to train, only its views are brought up to date.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        trials: the number of trials in all, those taken over included; None: as before, and at least ``at_least``.
        hours: limit on the running time, over all launches; None: as before, and at least ``at_least_hours``.
        at_least: the least number of trials, beside those taken over; counts only where ``trials`` is None.
        at_least_hours: the least limit on the running time, in hours; counts only where ``hours`` is None.
        allow_code, beside: the metric of the user's own that may run, and the folder that may have its module.
        address: of a Ray cluster; None: RAY_ADDRESS, or else Ray is started here.
        runs: the folder that holds the runs.
        watcher: follows the search; None: nothing does.
        fetch: returns the folder on this machine that holds the prepared data.

    Raises:
        CodeNotAllowedError, ChangedMetricError, OwnMetricError: see :func:`~search.api.own_metric.resumed_metric`.
        DataChangedError: the data have changed since the search began.
        UsageError: there is no such run, another process works on it, a version began it that trains in another way, it
            has run for more than ``hours``, or no cluster answers.
        DataError: the data are missing or damaged.
        StoppedError: the database failed, or the teacher can't be trained.
    """
    began = monotonic()
    check_at_least(1, trials=trials)
    check_hours(hours)
    check_at_least(0, at_least=at_least)
    watcher = watcher or Watcher()
    folder = RunFolder.find(runs, run)
    with_password(folder.mlflow_uri)
    with folder.lock():
        record = folder.open_record()
        spec = record.spec
        resumed_metric(spec, allow_code, beside)
        now = _taken_over(folder, record)
        limit = _hours_asked(folder, now, hours, at_least_hours)
        asked = _trials_asked(folder, now, trials, at_least, limit)
        _check_copies(folder, spec)
        now = replace(now, trials=record.take_up(now.trials), asked=asked, hours=limit)
        if _over(now):
            record.ask(asked, limit)
            return run_recorded(folder, record, now, watcher, began)
        check_unchanged(spec, verify(fetch(spec.data.folder)))
        with joined_cluster(address, spec, folder.path.parent, watcher):
            record.ask(asked, limit)
            train_own_teacher(folder, spec, watcher)
            return run_recorded(folder, record, now, watcher, began)


def _taken_over(folder: RunFolder, record: StudyRecord) -> Snapshot:
    """Returns the content of a record with all trials of earlier runs, also where the launch was killed before."""
    now = record.snapshot()
    if now.taken_over or not now.spec.resumable:
        return now
    take_over(reusable(folder.path.parent, now.spec), folder, record)
    return record.snapshot(now)


def _check_copies(folder: RunFolder, spec: StudySpec) -> None:
    """Checks that the run has its copies of trained weights and of a given teacher."""
    check_pretrained(folder.path, spec.pretrained)
    if spec.teacher_id is not None:
        check_teacher(folder.path)


def check_unchanged(spec: StudySpec, manifest: Manifest) -> None:
    """Checks that data are those that a search began with.

    Args:
        spec: the search.
        manifest: of the data now.

    Raises:
        DataChangedError: they are other data, or divided into other folds.
    """
    if manifest.data_id != spec.data.data_id or not (spec.folds is None or spec.folds.are_of(manifest)):
        raise DataChangedError("the data have changed since the search began", where=spec.data.folder)


def _over(now: Snapshot) -> bool:
    """Returns whether nothing is left to train, or no time for it."""
    return now.out_of_time or (now.asked is not None and len(now.ended) >= now.asked)


def _hours_asked(folder: RunFolder, now: Snapshot, hours: float | None, at_least: float) -> float | None:
    """Returns the limit on the running time of the run, over all launches, in hours; None: there is none.

    Raises:
        ArgumentError: the run has run for longer already.
    """
    run = now.seconds_run / 3600
    if hours is not None and hours < run:
        what = f"{folder.path} has run for {run:.3g} h already"
        raise ArgumentError(
            "hours",
            what,
            got=f"{hours:g}",
            remedy="use more hours: the limit is the total of all launches",
        )
    return hours or max(now.hours or 0.0, at_least) or None


def _trials_asked(
    folder: RunFolder, now: Snapshot, trials: int | None, at_least: int, hours: float | None
) -> int | None:
    """Returns the number of trials of the run in all; None: ``hours`` alone limit it.

    Raises:
        ArgumentError: the run has more trials already.
        OtherMethodError: this version can't train more trials in the same way.
    """
    recorded = now.trials
    if trials is not None and trials < len(recorded):
        raise ArgumentError(
            "trials", f"{folder.path} has {len(recorded)} trials already", got=trials, remedy="use at least as many"
        )
    if now.asked is None:
        asked = trials
    else:
        asked = trials or max(now.asked, at_least + sum(trial.origin is not None for trial in recorded))
    if not now.spec.resumable and not _over(replace(now, asked=asked, hours=hours)):
        raise OtherMethodError(folder.path, began_with=now.spec.method, now=METHOD)
    return asked
