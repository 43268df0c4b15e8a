"""Plans a search before anything starts."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from joblib import cpu_count

from pipelines.measuring.processor import device_name
from pipelines.measuring.timing import StepConditions
from pipelines.storage.manifest import verify
from pipelines.storage.remote import DataLocation, local
from search.analysis.forecast import ComputeEstimate, Concurrency, StepModel, TrialWork
from search.analysis.trial_limit import most_trials
from search.api.class_coverage import SEARCHED, MissingClasses, class_coverage
from search.api.devices import chosen_device
from search.api.earlier_teacher import earlier_teacher
from search.api.measuring import Warn, silent, warn_if_busy
from search.api.own_metric import allowed_metric
from search.api.step_times import step_times
from search.api.validate_config import CheckedStart, validate_config, validate_pretrained, with_prior
from search.artifacts.network import ExportedNetwork
from search.config.settings import read_settings
from search.errors import NoGpuToTimeError
from search.render.forecast_table import Forecast, Timing
from search.run.baseline_order import BaselineOrder
from search.run.warm_start import ReusableTrials, reusable
from search.study.folds_spec import FoldsSpec
from search.study.run_names import RUNS
from search.study.spec import StudySpec
from spaces import FLOPS, Candidate
from spaces.space_sample import SpaceSample, Ties, count_ties

_CUDA_STEPS, _CUDA_WARMUP = 20, 5  # short, and the first ones choose their kernels


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of a search.

    Attributes:
        start: the spec of the search, and the trained weights that its networks start from.
        space_sample, ties: its networks, or a sample of them, and how many cost the same.
        trials_at_most: the number of trials that its networks allow; None: time alone limits the search, and the
            networks are too many to count.
        baselines: the plain networks that it trains first, for comparison.
        teacher: the network that it trains before all others, to teach them; None: it has none, or takes it over.
        earlier: trials of earlier searches that it takes over.
        coverage: classes without an image in the splits that a search uses.
        train_images: the number of training images.
        device: where :meth:`time` works; None: nowhere.
    """

    start: CheckedStart
    space_sample: SpaceSample
    ties: Ties
    trials_at_most: int | None
    baselines: tuple[Candidate, ...]
    teacher: Candidate | None
    earlier: ReusableTrials
    coverage: tuple[MissingClasses, ...]
    train_images: int
    device: torch.device | None

    @property
    def spec(self) -> StudySpec:
        """The search."""
        return self.start.spec

    def save_picture(self, path: Path) -> None:
        """Draws one cost of the networks against another.

        Args:
            path: of the file to write (PNG, SVG or PDF); its ending decides the format.
        """
        from search.render.cost_plane import save_cost_plane  # draws with Matplotlib, which the rest does without

        save_cost_plane(self.spec, self.space_sample, path)

    def time(self, on_warning: Warn = silent) -> Timing:
        """Times a few training steps on random images, and predicts the time of a trial and of the search.

        Args:
            on_warning: called with a line where other programs make the times doubtful.

        Raises:
            UsageError: a batch does not fit into memory.
        """
        assert self.device is not None, "planned without timing"
        warn_if_busy(self.device, on_warning)
        trials = sys.maxsize if self.trials_at_most is None else self.trials_at_most
        spec, hours = _spec_on(self.device, self.spec), self.spec.search.hours
        timing = _timing(spec, self.space_sample, self.train_images, self.device, trials)
        if self.teacher is not None:
            timing = _with_teacher(self.teacher, timing, self.spec, self.train_images)
        return timing if hours is None else _within(hours, timing)


def plan(
    settings: str | Path,
    *,
    timed: bool = True,
    device: str | None = None,
    allow_code: str | None = None,
    runs: Path = RUNS,
    fetch: Callable[[DataLocation], Path] = local,
) -> Plan:
    """Returns the plan of a search: its networks, their costs, and, once timed, the hours that training takes.

    Nothing is trained and nothing is written.

    Args:
        settings: the search file.
        timed: whether :meth:`Plan.time` is to be called.
        device: where to time, ``cpu`` or ``cuda``; None: cuda if ``resources.gpus`` is above 0, else cpu.
        allow_code: the import path of the user's own function that ``search.metric`` names, which is then tried out;
            None: no code of the user's own runs.
        runs: the folder that holds earlier runs.
        fetch: returns the folder on this machine that holds the prepared data.

    Raises:
        UsageError: the file or the weights can't be used, or there is no such device.
        OwnMetricError: the function of the user's own can't be found or computed.
        DataError: the data are missing or damaged.
    """
    path = Path(settings)
    wanted = read_settings(path)
    own_metric = allowed_metric(wanted.search.metric, allow_code, path.parent)
    data = fetch(wanted.data)
    manifest = verify(data)
    folds = FoldsSpec.read(data, manifest, wanted.search.folds)
    checked = validate_config(path, wanted, manifest, folds, own_metric)
    start = with_prior(runs, validate_pretrained(path, wanted, checked))
    spec = start.spec
    earlier = reusable(runs, spec)
    where = _device_to_time_on(device, spec) if timed else None
    space_sample = SpaceSample.of(spec.search_space, seed=spec.search.seed)
    adopted = [taken.trial for taken in earlier.trials]
    asked = None if spec.search.trials is None else spec.search.trials + len(adopted)
    at_most = most_trials(spec, asked, adopted)
    return Plan(
        start=start,
        space_sample=space_sample,
        ties=count_ties(space_sample),
        trials_at_most=None if at_most is None else at_most - len(adopted),
        baselines=BaselineOrder(spec).left(adopted, spec.search.trials),
        teacher=None if earlier_teacher(runs, spec) else spec.own_teacher,
        earlier=earlier,
        coverage=class_coverage(data, SEARCHED),
        train_images=spec.trained_images or manifest.splits["train"].images,
        device=where,
    )


def _device_to_time_on(device: str | None, spec: StudySpec) -> torch.device:
    """Returns where to time; refuses here, before anything is shown, what could be refused later.

    Raises:
        NoGpuToTimeError: the search asks for GPUs and this machine has none.
    """
    if device is None and spec.resources.gpus and not torch.cuda.is_available():
        raise NoGpuToTimeError(spec.resources.gpus)
    where = chosen_device(device or ("cuda" if spec.resources.gpus else "cpu"))
    _at_once(_spec_on(where, spec))
    return where


def _at_once(spec: StudySpec) -> Concurrency:
    """Returns the number of trials that this machine runs at once; in a container, that of its share, as Ray counts.

    Raises:
        UsageError: as many as fit are requested, and none does.
    """
    return Concurrency.of(spec, cpus=cpu_count(), gpus=torch.cuda.device_count())


def _spec_on(where: torch.device, spec: StudySpec) -> StudySpec:
    """Returns the search as it would be on that device: without GPUs on a CPU."""
    if where.type == "cuda" or not spec.resources.gpus:
        return spec
    return spec.model_copy(update={"resources": spec.resources.model_copy(update={"gpus": 0})})


def _timing(spec: StudySpec, space_sample: SpaceSample, train_images: int, where: torch.device, trials: int) -> Timing:
    """Times a few steps, and predicts the time of a trial and of all ``trials``."""
    work = TrialWork.of(spec, train_images)
    recipe = replace(spec.recipe, batch_size=work.batch_size)
    conditions = StepConditions(device=where.type, threads=spec.resources.cpus)
    if where.type == "cuda":
        conditions = replace(conditions, repeats=_CUDA_STEPS, warmup=_CUDA_WARMUP)
    chosen, at_once = list(space_sample.cheapest_to_most_expensive()), _at_once(spec)
    timed, teacher = [space_sample.networks[index] for index in chosen], _teacher_of(spec)
    here = min(at_once.trials, at_once.fits_here, trials)
    processes = max(1, here) if where.type == "cpu" else 1
    measured = step_times(timed, recipe, spec.data.image_size, conditions, teacher, processes)
    flops = space_sample.costs[FLOPS.name]  # a step's time grows with them, whatever is minimised
    steps = StepModel.fit([int(flops[index]) for index in chosen], [step.median for step in measured])
    seconds = steps.seconds(flops)
    forecasts = tuple(
        Forecast(
            network=space_sample.networks[index],
            costs={name: int(counts[index]) for name, counts in space_sample.costs.items()},
            measured=step,
            step=float(seconds[index]),
            trial=float(seconds[index]) * work.steps,
        )
        for index, step in zip(chosen, measured, strict=True)
    )
    return Timing(
        device=device_name(where),
        conditions=conditions,
        processes=processes,
        batch_size=recipe.batch_size,
        input_sizes=tuple(sorted({space_sample.networks[index].input_size for index in chosen})),
        steps=steps,
        networks=forecasts,
        price=ComputeEstimate.of(spec, float(seconds.mean()) * work.steps, at_once.trials, trials),
        at_once=at_once,
    )


def _with_teacher(teacher: Candidate, timing: Timing, spec: StudySpec, train_images: int) -> Timing:
    """Adds the seconds of the training of ``teacher`` to the price."""
    work, conditions = TrialWork.of_teacher(spec, train_images), timing.conditions
    recipe = replace(spec.recipe.without_teacher, batch_size=work.batch_size)
    (step,) = step_times([teacher], recipe, spec.data.image_size, conditions)
    return replace(timing, price=replace(timing.price, teacher_seconds=step.median * work.steps))


def _within(hours: float, timing: Timing) -> Timing:
    """Returns the timing of a search that may run for ``hours``."""
    price = replace(timing.price, trials=min(timing.price.trials, timing.price.trials_within(hours)))
    return replace(timing, price=price, hours=hours)


def _teacher_of(spec: StudySpec) -> Candidate | None:
    """Returns the teacher that every step asks; None: there is none."""
    given = spec.training.teacher
    return ExportedNetwork.load(given).candidate if isinstance(given, Path) else spec.own_teacher
