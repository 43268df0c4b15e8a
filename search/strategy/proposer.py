"""Proposes the next network, and learns from what came of the ones before."""

from collections.abc import Mapping
from functools import partial
from typing import Literal

import optuna
from optuna.samplers import BaseGASampler, BaseSampler, RandomSampler
from optuna.trial import Trial, TrialState

from search.strategy.candidates import SpaceExhaustedError
from search.strategy.feasible import FeasibleSampler, distributions
from search.strategy.front import ReferencePoint
from search.strategy.knowledge import Knowledge
from search.strategy.known_cost_sampler import KnownCostSampler
from search.strategy.networks import NetworkSpace
from search.strategy.readings import RUNG_SCORES
from search.strategy.samplers import SamplerName, make_sampler
from spaces import Encoding
from ulsam import ArchConfig

DIRECTIONS: tuple[Literal["maximize", "minimize"], ...] = ("maximize", "minimize", "minimize")
METRICS = ("accuracy", "params", "flops")


class Proposer:
    """A sampler and what it has learnt, in memory.

    The durable record of a search says plainly what happened; this study is told whatever makes its
    sampler learn the right thing from it, and is made again from the record on a resume. A proposal depends on the
    seed, on how many networks were proposed before, and on the results: not on when the study was made.

    Args:
        sampler: its name.
        encoding: of the search space.
        reference: point of the search.
        seed: of all that is random.
    """

    def __init__(self, sampler: SamplerName, encoding: Encoding, reference: ReferencePoint, seed: int) -> None:
        self._encoding = encoding
        self._space = NetworkSpace(encoding)
        self._exhausted = False
        # Whatever proposes: this one can also say what is known.
        self._analyst = KnownCostSampler(
            self._space,
            known_costs=self._space.costs,
            reference=(reference.accuracy, reference.params, reference.flops),
            seed=seed,
        )
        self._genetic: BaseGASampler | None = None
        chosen: BaseSampler = self._analyst
        if sampler != "known_cost":
            chosen = FeasibleSampler(partial(make_sampler, sampler), encoding, seed)
            inner = make_sampler(sampler, seed)
            self._genetic = inner if isinstance(inner, BaseGASampler) else None
        self._study = optuna.create_study(directions=list(DIRECTIONS), sampler=chosen)
        self._pending: dict[ArchConfig, list[Trial]] = {}

    def propose(self) -> ArchConfig | None:
        """A network within the budgets that was never proposed before; None when there are no more."""
        if self._exhausted:
            return None
        try:
            trial = self._study.ask(distributions(self._encoding))
        except SpaceExhaustedError:
            self._exhausted = True
            return None
        arch = self._space.network(trial.params)
        self._pending.setdefault(arch, []).append(trial)
        return arch

    def replay(self, arch: ArchConfig) -> None:
        """Counts ``arch`` as proposed: a search is taken up again, or the network is trained once more."""
        sampler = self._study.sampler
        self._study.sampler = RandomSampler()  # nothing is left to choose
        self._study.enqueue_trial(self._encoding.encode(arch))
        self._pending.setdefault(arch, []).append(self._study.ask(distributions(self._encoding)))
        self._study.sampler = sampler
        if self._genetic is not None:  # samplers learn from results alone, but for the generation
            self._genetic.get_trial_generation(self._study, self._study.get_trials(deepcopy=False)[-1])

    def learn(self, arch: ArchConfig, accuracy: float | None, rungs: Mapping[int, float] | None = None) -> None:
        """Tells what became of a proposed network: its accuracy, or None where it can't be trained.

        A failure is told as the worst accuracy with a violated constraint: every sampler then avoids its
        like, while one told as failed would be forgotten and its like proposed again and again.

        Args:
            arch: the network.
            accuracy: of the whole training.
            rungs: by epoch, the scores on the way.
        """
        trial = self._pending[arch].pop(0)
        trial.set_constraint("failed", float(accuracy is None))
        trial.set_user_attr(RUNG_SCORES, dict(rungs or {}))
        self._study.tell(trial, [accuracy or 0.0, *self._space.costs(trial.params)])

    def learn_stopped(self, arch: ArchConfig, rungs: Mapping[int, float]) -> None:
        """Tells that a network's training was stopped early, after these scores by epoch."""
        trial = self._pending[arch].pop(0)
        trial.set_user_attr(RUNG_SCORES, dict(rungs))
        self._study.tell(trial, state=TrialState.PRUNED)

    def knowledge(self) -> Knowledge:
        """What the trials that ended say of every network, tried or not; whichever sampler proposes."""
        knowledge = self._analyst.knowledge(self._study)
        assert knowledge is not None, "the space is known"
        return knowledge
