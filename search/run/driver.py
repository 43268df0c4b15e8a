"""Decides which network is trained next and records the results. Knows nothing of Ray."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

from pipelines.training.epoch import Epoch
from search.analysis.front import complete
from search.optimize.stopping_rules import make_stopping_rule
from search.run.agenda import Agenda
from search.run.failure_streaks import FailureKind, remedy
from search.run.kept_weights import KeptWeights
from search.run.look_ahead import LookAhead
from search.run.make_task import make_task
from search.run.observer import Observer
from search.run.retry_policy import Decision, RetryPolicy
from search.run.task import BEGUN, TrialTask
from search.run.time_budget import TimeBudget, TimeUp
from search.run.time_share import TimeShare
from search.run.worker_failures import FailureCause
from search.study.folder import RunFolder
from search.study.snapshot import ended
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import FLOPS, Candidate, Encoding

_PARTS = 50  # notes of epochs take a fiftieth of the driver's time at most


class Driver:
    """One search in progress, made from its record alone.

    An interrupted search continues with the same trials under the same numbers: it learns from ended trials, and
    continues the others from their checkpoints. If a worker dies, another one continues its trial. A trial that loses
    too many workers, or runs out of memory twice, is a suspect (``retry_policy.py``). A suspect fails once another
    trial succeeds. If several trials in a row are suspects or fail, the search stops; suspects wait for a resume.

    Args:
        folder, record: of the run; this process is the only one that writes there.
        trials: the number of trials that the record has in the end; None: no number limits the search.
        observers: are notified of everything.
        begun: all trials of the record, by number; None: they are read from it.
        time: the time that the search has; None: as long as it takes.

    Attributes:
        problem: why the search had to stop; None: it did not.
        remedy: what to do about that, in one line; empty where the problem says it.
        enough_trials: the number of trials in all with which one more network shows the cause; None: none does.
        time: the time that the search has, and has run.
    """

    def __init__(
        self,
        folder: RunFolder,
        record: StudyRecord,
        trials: int | None,
        observers: Sequence[Observer] = (),
        begun: Sequence[TrialRecord] | None = None,
        time: TimeBudget | None = None,
    ) -> None:
        spec = record.spec
        self._folder = folder
        self._record = record
        self._trials = inf if trials is None else trials
        self.time = time or TimeBudget(spec.recipe.epochs)
        self._observers = (self.time, *observers)
        self._encoding = Encoding(spec.search_space)
        self._agenda = Agenda(spec, self._encoding, self._trials, self.time)
        self._stopping = make_stopping_rule(spec.search.early_stopping)
        self._to_stop: dict[int, TrialResult] = {}  # results of running trials that are to end early
        self._learnt: set[int] = set()
        self._look_ahead = LookAhead(spec.search.stop_when.remaining_hypervolume, self._agenda.pool_state)
        self._noting = TimeShare(_PARTS)
        self._running: dict[int, TrialRecord] = {}
        self._ended: list[TrialRecord] = []
        self._waiting: list[TrialRecord] = []  # interrupted, to go on
        self._furthest: Counter[int] = Counter()  # the last epoch that any of a trial's workers has done
        self._retries = RetryPolicy(spec.recipe.learning_rate)
        self.problem: str | None = None
        self.remedy = ""
        self.enough_trials: int | None = None
        self._take_up(record.take_up(record.trials() if begun is None else begun, self.time.seconds_run))

    @property
    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that are over: complete, stopped or failed, in the order in which they ended."""
        return tuple(self._ended)

    @property
    def idle(self) -> bool:
        """Whether no trial is running that might need another worker."""
        return not self._running

    @property
    def finished(self) -> bool:
        """Whether all requested trials have ended, ``stop_when`` ends the search, or the time is up."""
        return len(self._ended) >= self._trials or self.settled or self.time_up is not None

    @property
    def time_up(self) -> TimeUp | None:
        """The end of the search by its limit of time; None: another end, or none yet."""
        return None if len(self._ended) >= self._trials or self.settled else self.time.time_up(len(self._under_way))

    @property
    def settled(self) -> bool:
        """Whether the search is over because untried networks can add too little."""
        return self._look_ahead.settled and not self._under_way and self._due() is None

    @property
    def exhausted(self) -> bool:
        """Whether the search tried every network of the space before it had the requested number of trials."""
        return self._agenda.exhausted and not (self._under_way or self.finished) and self._due() is None

    @property
    def fruitless(self) -> bool:
        """Whether the search is over and no trial is complete."""
        return (self.finished or self.exhausted) and not complete(self._ended)

    @property
    def failed(self) -> bool:
        """Whether a problem kept the search from its end, or from any result."""
        return self.problem is not None and (self.fruitless or not (self.finished or self.exhausted))

    def next_task(self) -> TrialTask | None:
        """Returns the next network to train; None: nothing is to be started now."""
        if self.problem is not None:
            return None
        trial = None if self.time.nothing_fits else self._most_expensive_waiting() or self._new_trial()
        if trial is None:
            self.time.nothing_fits |= bool(self._waiting)
            if self.idle and self._retries.trials:
                self._follow(self._retries.close(self._trials))
            return None
        self._running[trial.number] = trial
        self._retries.record_start(trial.number)
        self._mark(trial.number).unlink(missing_ok=True)  # an earlier worker's: this one leaves its own
        for observer in self._observers:
            observer.trial_started(trial)
        return make_task(trial, self._record.spec, self._folder)

    def epoch_done(self, number: int, epoch: Epoch) -> None:
        """Takes in that trial ``number``, which is running, finished ``epoch``, any but its last."""
        if epoch.number > self._furthest[number]:
            self._furthest[number] = epoch.number
            self._stopping.trust(number)
            self._follow(self._retries.record_progress(number))
        trial = self._running[number]
        if self._noting.due:  # where epochs are short or many, not of each
            with self._noting.spend():
                self._record.note_epoch(trial, epoch)
        for observer in self._observers:
            observer.epoch_done(trial, epoch)

    def trial_ended(self, number: int, result: TrialResult) -> None:
        """Records the ``result`` of running trial ``number``, learns from it, and removes weights no longer needed."""
        self._end(self._running[number], result)
        del self._running[number]
        retries, failure = self._retries, result.failure
        self._follow(retries.record_success() if failure is None else retries.record_failure(number, failure))

    def rung_reached(self, number: int, so_far: TrialResult) -> bool:
        """Judges running trial ``number`` at the last rung of ``so_far.rungs``; returns whether the trial may go on."""
        trial = self._running[number]
        rung, score = max(so_far.rungs.items())
        noise = self._record.spec.standard_error(score, so_far.rung_errors.get(rung))
        stop = self._stopping.judge(number, trial.minimised_costs, rung, score, noise)
        if stop is None or not self._agenda.may_stop(trial.candidate):
            return True
        self._to_stop[number] = replace(so_far, value=None, stopped=stop)
        return False

    def trial_stopped(self, number: int) -> None:
        """Takes in that trial ``number``, which might not go on after a rung, has ended."""
        self._end(self._running[number], self._to_stop.pop(number))
        del self._running[number]
        self._follow(self._retries.record_success())

    def reached_network(self, number: int) -> bool:
        """Whether the last worker of running trial ``number`` was about to build the network, by its mark."""
        return self._mark(number).is_file()

    def trial_lost(self, number: int, reason: str, cause: FailureCause = FailureCause.DIED) -> None:
        """Sets a running trial aside, since its worker died.

        Args:
            number: of the trial.
            reason: why the worker died, in one line.
            cause: why the worker ended.
        """
        self._lose(number, cause, reason, TrialResult(failure=f"lost worker after worker: {reason}"))

    def trial_out_of_memory(self, number: int, result: TrialResult) -> None:
        """Sets running trial ``number`` aside: it, or its machine, ran out of memory, and ``result`` is a failure."""
        assert result.failure is not None
        self._lose(number, FailureCause.MEMORY, result.failure, result)

    def _lose(self, number: int, cause: FailureCause, reason: str, result: TrialResult) -> None:
        """Sets a running trial aside, to continue later. It ends with ``result`` if it loses too many workers."""
        trial = self._running.pop(number)
        for observer in self._observers:
            observer.trial_lost(trial, reason)
        self._stopping.doubt(number)
        self._follow(self._retries.record_worker_failure(trial, cause, reason, result))

    def _mark(self, number: int) -> Path:
        """Returns the path of the mark that :meth:`TrialTask.begin` leaves."""
        return self._folder.checkpoints(number).with_suffix(BEGUN)

    def stop(self, problem: str, what_to_do: str = "", enough_trials: int | None = None) -> None:
        """Stops the search; what is running stays so in the record, for a resume. Only the first problem counts.

        Args:
            problem: why the search stops.
            what_to_do: a remedy in one line; empty: the problem says it.
            enough_trials: the number of trials in all with which one more network shows the cause; None: none does.
        """
        if self.problem is None:
            self.problem, self.remedy, self.enough_trials = problem, what_to_do, enough_trials

    def conclude(self) -> None:
        """Notes as a problem that the search is over and no trial is complete."""
        failures = [trial.result.failure for trial in self._ended if trial.result is not None and trial.result.failure]
        if self.fruitless and failures:
            failed = f"{len(failures)} of {len(self._ended)} failed, the last one with {failures[-1]}"
            rate = self._record.spec.recipe.learning_rate
            self.stop(f"no trial is complete: {failed}", remedy(FailureKind.FAILED, failures[-1], rate))

    @property
    def _under_way(self) -> tuple[TrialRecord, ...]:
        """The trials that have begun and not ended, whether or not a worker is at them."""
        return (*self._running.values(), *self._waiting, *self._retries.trials)

    def _most_expensive_waiting(self) -> TrialRecord | None:
        """Removes and returns the interrupted trial with the most FLOPs; the others run at the same time, or later."""
        trial = max(filter(self.time.fits, self._waiting), key=lambda trial: trial.costs[FLOPS.name], default=None)
        if trial is not None:
            self._waiting.remove(trial)
        return trial

    def _new_trial(self) -> TrialRecord | None:
        full = len(self._ended) + len(self._under_way) >= self._trials
        due = None if full else self._agenda.next(self._ended, self._under_way, settled=self._look_ahead.settled)
        if due is None:
            return None
        trial = self._record.start(due[0], self._encoding, due[1])
        self._agenda.begin(trial)
        return trial

    def _due(self) -> tuple[Candidate, int] | None:
        """Returns a network and seed to train without a further proposal; None: there is none."""
        return self._agenda.due(self._ended, self._under_way, settled=self._look_ahead.settled)

    def _end(self, trial: TrialRecord, result: TrialResult) -> None:
        if result.failure is not None:
            self._stopping.forget(trial.number)
        else:
            self._stopping.trust(trial.number)
        if trial.number not in self._learnt:  # its end may not have been written then
            self._learnt.add(trial.number)
            self._learn(trial, result)
        trial = self._record.finish(trial, replace(result, remaining=self._look_ahead.estimate()))
        self._ended.append(trial)
        shutil.rmtree(self._folder.checkpoints(trial.number), ignore_errors=True)
        self._mark(trial.number).unlink(missing_ok=True)
        self._kept.add(trial)
        for observer in self._observers:
            observer.trial_ended(trial)

    def _learn(self, trial: TrialRecord, result: TrialResult) -> None:
        if result.failure is None:
            for rung, score in result.rungs.items():  # an earlier driver may have judged some of them
                noise = self._record.spec.standard_error(score, result.rung_errors.get(rung))
                self._stopping.observe(trial.number, trial.minimised_costs, rung, score, noise)
        self._agenda.tell(trial.number, result)

    def _follow(self, decision: Decision) -> None:
        self._waiting += decision.go_on
        for trial, result in decision.failed:
            self._end(trial, result)
        if decision.problem is not None and not self.finished:
            self.stop(decision.problem, decision.remedy, decision.enough_trials)

    def _take_up(self, trials: Sequence[TrialRecord]) -> None:
        for trial in trials:
            self._agenda.begin(trial)
            if trial.status is Status.RUNNING:
                self._waiting.append(trial)
                continue
            assert trial.result is not None, f"trial {trial.number} is {trial.status} without a result"
            self._learn(trial, trial.result)
            self.time.trial_ended(trial)
        self._ended += ended(trials)  # in the order that an uninterrupted search has
        if any(trial.origin is None and trial.status is not Status.FAILED for trial in self._ended):
            self._retries.record_success()  # in an earlier launch: these machines can train
        self._kept = KeptWeights(self._folder, self._record.spec, self._ended)
        if self._ended and self._look_ahead.ends_search:
            self._look_ahead.estimate()  # the search may be settled already
