"""A forecast of how long a search takes, from a few timed training steps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipelines.errors import RangeError
from search.errors import UsageError
from search.study.spec import StudySpec

_SCORING = 1 / 3  # of a training step, an image: forward alone, where training goes forward and twice as far back
_HOUR = 3600.0  # seconds
WORKER_START = 8.0  # seconds until a worker trains: three launches on two cores, with one or two workers, took 5 to 12


class MachineTooSmallError(UsageError):
    """A trial asks for more than this machine has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepModel:
    """Seconds of a training step: ``base + per_flop * flops``, with the FLOPs of one image; neither is negative."""

    base: float
    per_flop: float

    @classmethod
    def fit(cls, flops: Sequence[int], seconds: Sequence[float]) -> "StepModel":
        """Fits the model by non-negative least squares of the relative errors, so that small networks count as much.

        Args:
            flops: multiply-adds of one image, of each network that was timed.
            seconds: of a step of each; above 0.

        Raises:
            RangeError: nothing was timed, or a time is not above 0.
        """
        if not seconds or min(seconds) <= 0:
            raise RangeError(where="seconds", expected="times above 0", got=list(seconds))
        largest = max(flops)  # columns of one size, so that neither is lost to rounding
        rows = np.array([[1.0, count / largest] for count in flops]) / np.array(seconds)[:, None]
        from scipy.optimize import nnls

        (base, slope), _ = nnls(rows, np.ones(len(seconds)))
        return cls(base=float(base), per_flop=float(slope) / largest)

    def seconds(self, flops: NDArray[np.int64]) -> NDArray[np.float64]:
        """Returns the seconds of a training step of networks with ``flops`` multiply-adds an image; same shape."""
        return self.base + self.per_flop * flops.astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWork:
    """The work of one trial.

    Attributes:
        epochs: trained and scored, those included that a score at a rung takes; a trial that is stopped does less.
        train_images, val_images: of an epoch.
        batch_size: images a step; never more than there are.
    """

    epochs: int
    train_images: int
    val_images: int
    batch_size: int

    @classmethod
    def of(cls, spec: StudySpec, train_images: int) -> "TrialWork":
        """Returns the work of a whole trial of a search.

        Args:
            spec: the search.
            train_images: how many images the data has for training.
        """
        epochs = spec.recipe.epochs
        return cls(
            epochs=epochs + len(spec.search.rungs_of(epochs)),
            train_images=train_images,
            val_images=spec.scored_images,
            batch_size=min(spec.recipe.batch_size, train_images),
        )

    @classmethod
    def of_teacher(cls, spec: StudySpec, train_images: int) -> "TrialWork":
        """Returns the work of training the teacher of a search, which is not scored at rungs.

        Args:
            spec: the search.
            train_images: how many images the data has for training.
        """
        return replace(cls.of(spec, train_images), epochs=spec.recipe.epochs)

    @property
    def steps(self) -> float:
        """The number of training steps, with the time of scoring converted to training steps."""
        per_epoch = self.train_images // self.batch_size + _SCORING * self.val_images / self.batch_size
        return self.epochs * per_epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Concurrency:
    """How many trials run at once.

    Attributes:
        trials: how many.
        fits_here: how many fit on this machine.
        asked: whether the search file sets the number; otherwise as many run as fit.
    """

    trials: int
    fits_here: int
    asked: bool

    @classmethod
    def of(cls, spec: StudySpec, *, cpus: int, gpus: int) -> "Concurrency":
        """Returns how many trials of a search run at once on one machine.

        Args:
            spec: the search.
            cpus: of the machine.
            gpus: of the machine; a share of a GPU that a trial asks for is of one GPU.

        Raises:
            MachineTooSmallError: the search asks for as many as fit, and none does.
        """
        trial = spec.resources
        fits = cpus // trial.cpus
        if trial.gpus:
            fits = min(fits, gpus * math.floor(1 / trial.gpus + 1e-9))  # a share is of one GPU
        if spec.search.concurrent != "auto":
            return cls(trials=spec.search.concurrent, fits_here=fits, asked=True)
        if not fits:
            raise MachineTooSmallError(
                f"a trial asks for {trial.cpus} CPUs and {trial.gpus:g} GPUs, this machine has {cpus} and {gpus}",
                where="resources",
                remedy="reduce resources, or set search.concurrent to a number to plan for other machines",
            )
        return cls(trials=fits, fits_here=fits, asked=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeEstimate:
    """The compute of a whole search, where no trial is stopped.

    Attributes:
        trials, at_once: networks to train, and how many of them at the same time.
        seconds: of one trial, the mean.
        cpus, gpus: of one trial, and of the teacher.
        teacher_seconds: of the teacher that the search trains alone, before all trials; 0: it trains none.
        start_seconds: of the workers, which start at the same time, once.
    """

    trials: int
    at_once: int
    seconds: float
    cpus: int
    gpus: float
    teacher_seconds: float = 0.0
    start_seconds: float = 0.0

    @classmethod
    def of(cls, spec: StudySpec, seconds: float, at_once: int, trials: int) -> "ComputeEstimate":
        """Returns the compute of a search that trains no teacher.

        Args:
            spec: the search.
            seconds: of one trial, the mean.
            at_once: how many trials can run at the same time.
            trials: how many networks are to be trained.
        """
        trial = spec.resources
        return cls(
            trials=trials,
            at_once=max(1, min(at_once, trials)),
            seconds=seconds,
            cpus=trial.cpus,
            gpus=float(trial.gpus),
            start_seconds=WORKER_START if trials else 0.0,
        )

    def trials_within(self, hours: float) -> int:
        """Returns the number of trials that end within ``hours``, however many are requested."""
        left = hours * _HOUR - self.teacher_seconds - self.start_seconds
        return int(self.at_once * max(0.0, left) / self.seconds)

    @property
    def hours(self) -> float:
        """Hours by the clock."""
        return (self.trials * self.seconds / self.at_once + self.teacher_seconds + self.start_seconds) / _HOUR

    @property
    def cpu_hours(self) -> float:
        """Hours of one CPU."""
        return self._training * self.cpus / _HOUR

    @property
    def gpu_hours(self) -> float:
        """Hours of one GPU."""
        return self._training * self.gpus / _HOUR

    @property
    def _training(self) -> float:
        """Seconds of all trainings and starts of workers, one after another."""
        return self.trials * self.seconds + self.teacher_seconds + self.at_once * self.start_seconds
