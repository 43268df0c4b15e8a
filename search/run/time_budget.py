"""Limits the time that a search runs: how long trainings take, and what fits into the rest of the time."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import fmean, median
from time import monotonic

import numpy as np

from pipelines.training.epoch import Epoch
from search.analysis.forecast import StepModel
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import FLOPS, Candidate

_HOUR = 3600.0  # seconds
_LATEST = 1.03  # of the limit: trainings that still run are then stopped, and workers need time to end
_LAST = 200  # last trainings that decide the pace, because machines and their load change
_LEAST_MARGIN, _MARGIN_SHARE = 1.05, 0.95
_MORE = 1.5  # of the limit, for a launch that finishes what was stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds of a whole training: ``base + per_flop * flops``, with the FLOPs of one image, and ``least`` at least.

    Attributes:
        base, per_flop, least: none is negative.
        margin: the factor by which trainings take longer at times, 1.05 at least.
    """

    base: float
    per_flop: float
    least: float
    margin: float

    @classmethod
    def of(cls, flops: Sequence[int], seconds: Sequence[float]) -> "Pace":
        """Fits the pace of trainings that have ended.

        Networks of one cost do not show how time grows with cost: more expensive ones are taken to need
        proportionally more time, cheaper ones as much.

        Args:
            flops: FLOPs of each network; at least one.
            seconds: the time that each training took; above 0.
        """
        if len(set(flops)) == 1:
            least = fmean(seconds)
            base, per_flop = 0.0, least / flops[0]
        else:
            steps = StepModel.fit(flops, seconds)  # a training is so many steps
            base, per_flop, least = steps.base, steps.per_flop, 0.0
        pace = cls(base=base, per_flop=per_flop, least=least, margin=_LEAST_MARGIN)
        ratios = [took / pace.seconds(count) for count, took in zip(flops, seconds, strict=True)]
        # With few ratios, the quantile is the largest one. With many, one slow training has no lasting effect.
        margin = max(_LEAST_MARGIN, float(np.quantile(ratios, _MARGIN_SHARE, method="higher")))
        return cls(base=base, per_flop=per_flop, least=least, margin=margin)

    def seconds(self, flops: float) -> float:
        """Returns the expected seconds of a training of a network of ``flops`` FLOPs, without the margin."""
        return max(self.least, self.base + self.per_flop * flops)

    def most_flops(self, seconds: float) -> float:
        """Returns the FLOPs of the most expensive network whose training ends within ``seconds``; -inf: there is none.

        The margin is included.
        """
        within = seconds / self.margin
        if within < max(self.least, self.base):
            return -inf
        return (within - self.base) / self.per_flop if self.per_flop else inf


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The end of a search by its limit of time.

    Attributes:
        hours: the limit.
        hours_run: the time for which the search has run.
        unfinished: trainings that began and did not end.
        stopped: whether trainings were stopped because the limit had passed; otherwise no further one fitted.
    """

    hours: float
    hours_run: float
    unfinished: int
    stopped: bool

    @property
    def in_words(self) -> str:
        """The end in one line, such as ``stopped after 2.06 h, the limit of search.hours``."""
        if self.stopped:
            said = f"stopped after {self.hours_run:.3g} h, the limit of search.hours"
        elif self.hours_run >= self.hours:
            said = f"no time is left: the search has run for {self.hours_run:.3g} h of {self.hours:g} h (search.hours)"
        else:
            said = (
                f"finished after {self.hours_run:.3g} h of {self.hours:g} h (search.hours): no further training would "
                "end in time"
            )
        if not self.unfinished:
            return said
        trainings = "1 training was" if self.unfinished == 1 else f"{self.unfinished} trainings were"
        return f"{said}; {trainings} not finished"

    @property
    def more_hours(self) -> float:
        """A higher limit with which a launch goes on."""
        return float(f"{_MORE * max(self.hours, self.hours_run):.2g}")


class TimeBudget:
    """The time that a search has, how much is left, and what fits into the rest. An observer of the driver.

    Args:
        epochs: of a whole training.
        hours: limit on the running time of the search, over all launches; None: there is none, and everything fits.
        seconds_run: the time for which earlier launches ran.
        began: when this launch began, by ``clock``; None: now.
        clock: seconds of a clock that never goes back.

    Attributes:
        hours: limit on the running time; None: there is none.
        nothing_fits: whether nothing could be started when it was tried last; only the end of a trial changes that.
    """

    def __init__(
        self,
        epochs: int,
        hours: float | None = None,
        *,
        seconds_run: float = 0.0,
        began: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.hours = hours
        self.nothing_fits = False
        self._epochs = epochs
        self._limit = inf if hours is None else hours * _HOUR
        self._clock = clock
        self._zero = (clock() if began is None else began) - seconds_run  # as if the search had never paused
        self._closed: float | None = None
        self._running: dict[int, TrialRecord] = {}
        self._started: dict[int, float] = {}  # when the running trials got their workers
        self._done: dict[int, int] = {}  # epochs, by the numbers of trials
        self._whole: deque[tuple[int, float]] = deque(maxlen=_LAST)  # FLOPs and seconds of complete trainings
        self._seconds: deque[float] = deque(maxlen=_LAST)  # of all trials, also those that were stopped early
        self._fitted: Pace | None = None  # to ``_whole``; None: not yet
        self._waits: deque[float] = deque(maxlen=_LAST)  # seconds of trials in which their workers did not train

    @property
    def elapsed(self) -> float:
        """The seconds for which the search has run over all launches; Ray's start counts."""
        return self._clock() - self._zero if self._closed is None else self._closed

    @property
    def seconds_run(self) -> float | None:
        """The elapsed seconds, for the record; None: there is no limit, and the record counts by itself."""
        return None if self.hours is None else self.elapsed

    @property
    def left(self) -> float:
        """The seconds until the limit; 0 after the limit."""
        return max(0.0, self._limit - self.elapsed)

    @property
    def late(self) -> bool:
        """Whether the limit has passed by so much that what still runs is to be stopped."""
        return bool(self._running) and self.elapsed > _LATEST * self._limit

    def close(self) -> float:
        """Ends the count, as the search is over, and returns the seconds for which the search has run."""
        self._closed = self.elapsed
        return self._closed

    def time_up(self, unfinished: int) -> TimeUp | None:
        """Returns how the limit ended the search; None: the limit did not.

        Args:
            unfinished: the number of trainings that have begun and not ended.
        """
        over = self.late or (not self._running and (self.nothing_fits or not self.left))
        if self.hours is None or not over:
            return None
        return TimeUp(hours=self.hours, hours_run=self.elapsed / _HOUR, unfinished=unfinished, stopped=self.late)

    @property
    def most_flops(self) -> float:
        """The FLOPs of the most expensive network whose training would end in time; -inf: none would."""
        if not self.left:
            return -inf
        return inf if self._pace is None else self._pace.most_flops(self.left - self._wait)

    def fits(self, trial: TrialRecord) -> bool:
        """Returns whether the rest of an interrupted trial would end in time."""
        margin = 1.0 if self._pace is None else self._pace.margin
        return self.left > 0 and self._wait + margin * self._rest(trial) <= self.left

    def expected_trials(self, begun: int) -> int:
        """Returns the number of trials that the search has in the end: ``begun``, and those of the rest of the time.

        The number follows from the mean time of the trials so far, and from how many run at once now. Before a trial
        has ended, and without a limit, the number is the largest of the machine.
        """
        if not self._seconds:
            return sys.maxsize
        at_once = len(self._running) + 1  # with the one that is to be started
        busy = sum(self._rest(trial) for trial in self._running.values())
        return begun + int(max(0.0, at_once * self.left - busy) / (fmean(self._seconds) + self._wait))

    @property
    def _pace(self) -> Pace | None:
        """The pace of the last complete trainings; None: there are none."""
        if self._fitted is None and self._whole:
            self._fitted = Pace.of(*zip(*self._whole, strict=True))
        return self._fitted

    @property
    def _wait(self) -> float:
        """The seconds that a trial takes beside its training; the start of a worker does not count for later trials."""
        return median(self._waits) if self._waits else 0.0

    def _rest(self, trial: TrialRecord) -> float:
        """Returns the seconds that a trial that has begun is expected to take still; 0: nothing is known yet."""
        if self._pace is None:
            return 0.0
        noted = 0 if trial.epoch is None else trial.epoch.number
        done = max(noted, self._done.get(trial.number, 0))
        return self._pace.seconds(trial.costs[FLOPS.name]) * max(0.0, 1 - done / self._epochs)

    def trial_started(self, trial: TrialRecord) -> None:
        """Takes in that a worker is at the trial."""
        self._running[trial.number] = trial
        self._started[trial.number] = self._clock()

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        """Takes in that ``trial`` has finished ``epoch``."""
        self._done[trial.number] = max(epoch.number, self._done.get(trial.number, 0))

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        """Takes in that no worker is at ``trial`` any more; the ``reason`` does not matter."""
        self._running.pop(trial.number, None)
        self.nothing_fits = False

    def trial_ended(self, trial: TrialRecord) -> None:
        """Learns from the time that the trial took, unless another search ran it."""
        self._running.pop(trial.number, None)
        self.nothing_fits = False
        result = trial.result
        if self.hours is None or trial.origin is not None or result is None or result.seconds <= 0:
            return
        self._seconds.append(result.seconds)
        if (started := self._started.pop(trial.number, None)) is not None:
            self._waits.append(max(0.0, self._clock() - started - result.seconds))
        if trial.status is Status.COMPLETE:
            self._whole.append((trial.costs[FLOPS.name], result.seconds))
            self._fitted = None


def within(spec: StudySpec, network: Candidate, most_flops: float) -> bool:
    """Returns whether a network of a search has at most so many FLOPs.

    Args:
        spec: the search.
        network: of its space.
        most_flops: the number; inf: every network has.
    """
    return most_flops == inf or spec.search_space.costs_of(network)[FLOPS.name] <= most_flops
