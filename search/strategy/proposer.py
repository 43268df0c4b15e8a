"""Proposes the next network, and learns from what came of the ones before."""

from random import Random
from typing import Literal

import optuna
from optuna.samplers import BaseGASampler, BaseSampler, RandomSampler
from optuna.trial import Trial

from search.strategy.feasible import FeasibleSampler, SpaceExhaustedError, distributions
from spaces import Encoding
from ulsam import ArchConfig, count_cost

DIRECTIONS: tuple[Literal["maximize", "minimize"], ...] = ("maximize", "minimize", "minimize")
METRICS = ("accuracy", "params", "flops")


class Proposer:
    """A sampler and what it has learnt, in memory.

    The durable record of a search says plainly what happened; this study is told whatever makes its
    sampler learn the right thing from it, and is made anew from the record on a resume.

    Args:
        sampler: an Optuna sampler.
        encoding: of the search space.
        seed: of the networks drawn at random.
    """

    def __init__(self, sampler: BaseSampler, encoding: Encoding, seed: int) -> None:
        self._encoding = encoding
        self._inner = sampler
        self._exhausted = False
        self._study = optuna.create_study(directions=list(DIRECTIONS), sampler=FeasibleSampler(sampler, encoding, seed))
        self._pending: dict[ArchConfig, Trial] = {}

    def propose(self) -> ArchConfig | None:
        """A network within the budgets that was never proposed before; None when there are no more."""
        if self._exhausted:
            return None
        try:
            trial = self._study.ask(distributions(self._encoding))
        except SpaceExhaustedError:
            self._exhausted = True
            return None
        arch = self._encoding.decode(trial.params, Random(0))
        self._pending[arch] = trial
        return arch

    def replay(self, arch: ArchConfig) -> None:
        """Counts ``arch`` as proposed, as when a search is taken up again."""
        sampler = self._study.sampler
        if not isinstance(self._inner, BaseGASampler):
            # Genetic samplers count generations as they are asked; the others learn from results alone.
            self._study.sampler = RandomSampler()
        self._study.enqueue_trial(self._encoding.encode(arch))
        self._pending[arch] = self._study.ask(distributions(self._encoding))
        self._study.sampler = sampler

    def learn(self, arch: ArchConfig, accuracy: float | None) -> None:
        """Tells what became of a proposed network: its accuracy, or None where it can't be trained.

        A failure is told as the worst accuracy with a violated constraint: every sampler then avoids its
        like, while one told as failed would be forgotten and its like proposed again and again.
        """
        trial = self._pending.pop(arch)
        cost = count_cost(arch, self._encoding.space.input_size)
        trial.set_constraint("failed", float(accuracy is None))
        self._study.tell(trial, [accuracy or 0.0, cost.params, cost.flops])
