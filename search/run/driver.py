"""Decides what is trained next and writes down what came of it. Knows nothing of Ray."""

from collections import Counter, deque
from collections.abc import Sequence

import numpy as np

from pipelines.training import Epoch
from search.record.folder import RunFolder
from search.record.result import Status, TrialRecord, TrialResult, pareto_front
from search.record.study import StudyRecord
from search.run.observer import Observer
from search.run.task import TrialTask
from search.strategy.proposer import Proposer
from search.strategy.samplers import make_sampler
from spaces import Encoding

MAX_LOSSES = 3  # workers that one trial may cost


class Driver:
    """One search in progress.

    Made from its record alone, so a search that was interrupted goes on with the same trials under the same
    numbers: what ended is learnt, what was running is trained again.

    Args:
        folder, record: of the run; this process is the only one that writes there.
        trials: how many the record shall hold in the end.
        observers: are told of everything.

    Attributes:
        exhausted: whether the space had too few networks.
    """

    def __init__(self, folder: RunFolder, record: StudyRecord, trials: int, observers: Sequence[Observer] = ()) -> None:
        facts = record.facts
        self._folder = folder
        self._record = record
        self._trials = trials
        self._observers = observers
        self._encoding = Encoding(facts.search_space)
        # A search that goes on must not draw again what it drew before.
        seed = int(np.random.SeedSequence([facts.search.seed, len(record.trials())]).generate_state(1)[0])
        self._proposer = Proposer(make_sampler(facts.search.sampler, seed), self._encoding, seed)
        self._running: dict[int, TrialRecord] = {}
        self._ended: list[TrialRecord] = []
        self._waiting: deque[TrialRecord] = deque()  # interrupted, to be trained again
        self._losses: Counter[int] = Counter()
        self._kept: set[int] = set()  # trials whose weights are kept
        self.exhausted = False
        self._take_up()

    @property
    def ended(self) -> tuple[TrialRecord, ...]:
        """The trials that are over, complete or failed."""
        return tuple(self._ended)

    @property
    def idle(self) -> bool:
        """Whether no trial is running that might have to be trained again."""
        return not self._running

    @property
    def finished(self) -> bool:
        """Whether every trial that was asked for is over."""
        return len(self._ended) >= self._trials

    def next_task(self) -> TrialTask | None:
        """The next network to train; None: there are enough trials, or no networks left."""
        if self._waiting:
            trial = self._waiting.popleft()
        elif len(self._ended) + len(self._running) >= self._trials:
            return None
        else:
            arch = self._proposer.propose()
            if arch is None:
                self.exhausted = True
                return None
            trial = self._record.start(arch, self._encoding, self._record.facts.search.seed)
        self._running[trial.number] = trial
        for observer in self._observers:
            observer.trial_started(trial)
        facts = self._record.facts
        return TrialTask(
            number=trial.number,
            arch=trial.arch,
            recipe=facts.recipe,
            data=facts.data.folder,
            seed=trial.seed,
            weights=self._folder.weights(trial.number),
            cpus=facts.resources.cpus,
            gpu=facts.resources.gpus > 0,
        )

    def epoch_done(self, number: int, epoch: Epoch) -> None:
        """A running trial finished an epoch."""
        for observer in self._observers:
            observer.epoch_done(self._running[number], epoch)

    def trial_ended(self, number: int, result: TrialResult) -> None:
        """A running trial is over: records it, learns from it, and drops the weights that no front needs."""
        trial = self._record.finish(self._running.pop(number), result)
        self._ended.append(trial)
        self._proposer.learn(trial.arch, result.accuracy)
        self._drop_weights()
        for observer in self._observers:
            observer.trial_ended(trial)

    def trial_lost(self, number: int) -> None:
        """A running trial's worker died: it is trained again, but not for ever."""
        self._losses[number] += 1
        if self._losses[number] < MAX_LOSSES:
            self._waiting.append(self._running.pop(number))
        else:
            reason = f"its worker died or could not start, {MAX_LOSSES} times; ray.log says why"
            self.trial_ended(number, TrialResult(failure=reason))

    def _take_up(self) -> None:
        for trial in self._record.trials():
            self._proposer.replay(trial.arch)
            if trial.status is Status.RUNNING and trial.result is not None:
                trial = self._record.finish(trial, trial.result)  # died between the two writes of an end
            if trial.status is Status.RUNNING:
                self._waiting.append(trial)
                continue
            assert trial.result is not None, f"trial {trial.number} is {trial.status} without a result"
            self._proposer.learn(trial.arch, trial.result.accuracy)
            self._ended.append(trial)
        self._kept = {trial.number for trial in self._ended}

    def _drop_weights(self) -> None:
        front = {trial.number for trial in pareto_front(self._ended)}
        for number in self._kept | {self._ended[-1].number}:
            if number not in front:
                self._folder.weights(number).unlink(missing_ok=True)
        self._kept = front
