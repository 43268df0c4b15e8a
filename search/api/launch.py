"""Begins a search."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from pipelines.storage.manifest import verify
from pipelines.storage.remote import DataLocation, local
from pipelines.training.own_metric import OwnMetric
from search.api.arguments import check_at_least, check_hours
from search.api.class_coverage import SEARCHED, class_coverage
from search.api.execution import Outcome, joined_cluster, run_recorded
from search.api.own_metric import allowed_metric
from search.api.own_teacher import train_own_teacher
from search.api.resume import resume
from search.api.validate_config import validate_config, validate_pretrained, with_prior
from search.api.watcher import Check, Watcher
from search.artifacts.teacher import files_of
from search.config.secret import with_password
from search.config.settings import SearchSettings, read_settings
from search.run.baseline_order import BaselineOrder
from search.run.warm_start import reusable, take_over
from search.study.folder import RunFolder
from search.study.folds_spec import FoldsSpec
from search.study.run_names import RUNS


def launch(
    settings: str | Path,
    *,
    trials: int | None = None,
    hours: float | None = None,
    or_resume: bool = False,
    allow_code: str | None = None,
    address: str | None = None,
    runs: Path = RUNS,
    watcher: Watcher | None = None,
    fetch: Callable[[DataLocation], Path] = local,
) -> Outcome:
    """Trains networks within the budgets and records the Pareto front.

    Everything that can be checked is checked before anything starts or is written.

    Args:
        settings: the search file.
        trials: the number of trainings in all, beside those taken over; None: as the file says.
        hours: limit on the running time of the search, over all launches; None: as the file says. Where the file says
            no number of trials, no number limits the search then.
        or_resume: whether to resume the search where it has begun already, as a job that is started again must.
        allow_code: the import path of the user's own function that ``search.metric`` names, which then runs; None: no
            code of the user's own runs.
        address: of a Ray cluster; None: RAY_ADDRESS, or else Ray is started here.
        runs: the folder that holds the runs.
        watcher: follows the search; None: nothing does.
        fetch: returns the folder on this machine that holds the prepared data.

    Raises:
        UsageError: an argument, the file or the weights can't be used, there is a run of that name, or no cluster
            answers.
        OwnMetricError: the function of the user's own can't be found or computed.
        DataError: the data are missing or damaged.
        StoppedError: the database of the study failed, or the teacher can't be trained.
    """
    began = monotonic()
    check_at_least(1, trials=trials)
    check_hours(hours)
    watcher = watcher or Watcher()
    path = Path(settings)
    wanted = read_settings(path)
    wanted = wanted.model_copy(update={"search": wanted.search.limited(trials=trials, hours=hours)})
    begun = RunFolder.begun(runs, wanted) if or_resume else None
    if begun is not None:
        return resume(
            str(begun.path),
            at_least=wanted.search.trials or 0,
            at_least_hours=wanted.search.hours or 0.0,
            allow_code=allow_code,
            beside=path.parent,
            address=address,
            runs=runs,
            watcher=watcher,
            fetch=fetch,
        )
    own_metric = allowed_metric(wanted.search.metric, allow_code, path.parent)
    return _begin(path, wanted, own_metric, began, address, runs, watcher, fetch)


def _begin(
    path: Path,
    wanted: SearchSettings,
    own_metric: OwnMetric | None,
    began: float,
    address: str | None,
    runs: Path,
    watcher: Watcher,
    fetch: Callable[[DataLocation], Path],
) -> Outcome:
    """Checks the request in the file at ``path``, creates its run and runs it."""
    with_password(wanted.storage.mlflow or "")
    data = fetch(wanted.data)
    manifest = verify(data)
    folds = FoldsSpec.read(data, manifest, wanted.search.folds)
    asked = validate_config(path, wanted, manifest, folds, own_metric)
    RunFolder.refuse_existing(runs, wanted)
    start = with_prior(runs, validate_pretrained(path, wanted, asked))
    spec = start.spec
    earlier = reusable(runs, spec)
    coverage = class_coverage(data, SEARCHED)
    baselines = BaselineOrder(spec).left([taken.trial for taken in earlier.trials], spec.search.trials)
    watcher.checked(Check(start=start, coverage=coverage, earlier=earlier, baselines=baselines))
    with joined_cluster(address, spec, runs, watcher):
        given = wanted.training.teacher
        teacher = files_of(given) if isinstance(given, Path) else ()
        folder, record = RunFolder.create(runs, wanted, spec, start.weights, teacher)
        with folder.lock():
            take_over(earlier, folder, record)
            train_own_teacher(folder, spec, watcher)
            return run_recorded(folder, record, record.snapshot(), watcher, began)
