"""An Optuna sampler for objectives of which all but one are known before a trial."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import RLock
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from optuna import TrialPruned
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState

from search.strategy.candidates import GridSpace, ListedSpace, Params, Space, SpaceExhaustedError, settled
from search.strategy.improvement import most_improving
from search.strategy.knowledge import Knowledge
from search.strategy.pool import Pools
from search.strategy.readings import Reading, readings
from search.strategy.start import spread_over_costs

Floats = NDArray[np.float64]

_ENQUEUED = "fixed_params"  # Optuna's own name for what study.enqueue_trial fixes


class KnownCostSampler(BaseSampler):
    """Proposes the candidate that is expected to add most to the front's hypervolume, knowing what each will cost.

    One objective (accuracy, say) is uncertain; the others (parameters, FLOPs) can be computed for every candidate.
    A Gaussian process learns the uncertain one. The expected hypervolume improvement over the whole set of
    candidates is then a closed form (``search.strategy.improvement``), evaluated exactly: no candidate is proposed
    twice, trials that are running are accounted for, and the front to improve on is that of the process's means.

    A trial that failed, or with a violated constraint, makes its like less likely to be proposed. A pruned trial
    with a user attribute ``rung_scores`` ({epochs: score}) teaches by what complete trials gained after that rung.

    A sampler serves one study.

    Args:
        candidates: a list of parameters, or distributions whose every combination is a candidate; None: those that
            the study's trials have, as soon as there is one (the first is then drawn at random).
        known_costs: of a candidate's parameters, the values of all objectives but the uncertain one, in order:
            one or two.
        uncertain: the index of the objective to learn.
        seed: of what is drawn at random; the same seed and results give the same proposals.
        reference: the worst values that still count, one an objective. By default 1.05 times the highest costs, and
            of the uncertain objective the worst reading, with very bad ones drawn in.
        startup: trials, spread over the range of the costs, before the first that is reasoned.
        largest: of a space with more candidates only a pool is looked at: neighbours of the front and others
            spread over the costs, in part drawn again every 10 proposals, more rarely in long searches.

    Raises:
        ValueError: the arguments don't suit each other or the study; said when the first trial is asked for.
        SpaceExhaustedError: from ``study.ask``, when every candidate has been proposed. ``study.optimize`` just
            ends.
    """

    def __init__(
        self,
        candidates: Sequence[Params] | Mapping[str, BaseDistribution] | Space | None = None,
        *,
        known_costs: Callable[[Params], Sequence[float]],
        uncertain: int = 0,
        seed: int = 0,
        reference: Sequence[float] | None = None,
        startup: int = 6,
        largest: int = 65_536,
    ) -> None:
        self._space = _space(candidates)
        self._known_costs = known_costs
        self._uncertain = uncertain
        self._seed = seed
        self._reference = reference
        self._startup = startup
        self._largest = largest
        self._pools: Pools | None = None
        self._proposed: dict[int, Params] = {}
        self._in_vain: set[int] = set()  # trials that study.optimize began when nothing was left
        self._lock = RLock()
        self._independent = RandomSampler(seed=seed)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of it, as by Ray Tune's snapshots: the candidates are looked at anew."""
        return {**vars(self), "_lock": None, "_pools": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state | {"_lock": RLock()})

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return {}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return {}

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        with self._lock:
            knowledge = self._knowledge(study, leave_out=trial.number)
            if knowledge is None:
                return
            open_rows = np.flatnonzero(~knowledge.tried)
            enqueued = trial.system_attrs.get(_ENQUEUED, {})
            if enqueued:  # by the user, who may have left some parameters to us
                candidates = knowledge.pool.candidates
                fits = [enqueued.items() <= candidates[int(row)].items() for row in open_rows]
                open_rows = open_rows[np.array(fits, dtype=bool)]
            if len(open_rows):
                rng = np.random.default_rng([self._seed, trial.number])
                self._proposed[trial.number] = self._choose(knowledge, open_rows, rng)
            elif not enqueued:
                self._end(study, trial, len(knowledge.tried))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        params = self._proposed.get(trial.number, {})
        if trial.number in self._in_vain:
            raise TrialPruned("every candidate has been proposed")  # ends this trial before it costs anything
        if param_name not in params:  # of a space that is not known yet
            value = self._independent.sample_independent(study, trial, param_name, param_distribution)
            return settled(value, param_distribution)
        return params[param_name]

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        with self._lock:
            if self._pools is not None and self._pools.exhausted(self._readings(study)):
                _stop(study)

    def reseed_rng(self) -> None:
        self._independent.reseed_rng()

    def knowledge(self, study: Study) -> Knowledge | None:
        """What the study's ended trials say of the candidates; None where these are not known yet."""
        with self._lock:
            return self._knowledge(study, ended=True)

    def _choose(self, knowledge: Knowledge, open_rows: NDArray[np.int64], rng: Generator) -> Params:
        pool, belief = knowledge.pool, knowledge.belief
        if belief is None or knowledge.tried.sum() < self._startup:
            return pool.candidates[spread_over_costs(pool, np.flatnonzero(knowledge.tried), open_rows, rng)]
        best = most_improving(
            belief.scenarios[:, open_rows],
            belief.deviation[open_rows],
            pool.costs[open_rows],
            knowledge.fronts,
            knowledge.chance[open_rows],
        )
        return pool.candidates[int(open_rows[best])]

    def _end(self, study: Study, trial: FrozenTrial, candidates: int) -> None:
        if not _stop(study):
            study.tell(trial.number, state=TrialState.FAIL)  # it was asked for in vain
            raise SpaceExhaustedError(f"all {candidates:,} candidates have been proposed")
        self._in_vain.add(trial.number)

    def _knowledge(self, study: Study, leave_out: int | None = None, *, ended: bool = False) -> Knowledge | None:
        signs = self._signs(study)
        space = self._space or _space_of(study)
        if space is None:
            return None
        if self._pools is None or (self._space is None and self._pools.choices.keys() != space.choices.keys()):
            self._pools = Pools(
                space, lambda candidates: self._costs(candidates, signs), largest=self._largest, seed=self._seed
            )
        found = self._readings(study, leave_out)
        reference = None
        if self._reference is not None:
            worst = signs * np.asarray(self._reference, dtype=np.float64)
            reference = np.concatenate([[worst[self._uncertain]], -np.delete(worst, self._uncertain)])
        pool = self._pools.current(found)
        return Knowledge.of(pool, [reading for reading in found if not (ended and reading.awaited)], reference)

    def _readings(self, study: Study, leave_out: int | None = None) -> list[Reading]:
        trials = [trial for trial in study.get_trials(deepcopy=False) if trial.number != leave_out]
        trials.sort(key=lambda trial: trial.number)
        found = readings(trials, self._uncertain, float(self._signs(study)[self._uncertain]))
        # A trial that another thread has just asked for may not have been given its parameters yet.
        return [
            replace(reading, params=self._proposed.get(trial.number, reading.params))
            for trial, reading in zip(trials, found, strict=True)
        ]

    def _signs(self, study: Study) -> Floats:
        """1 for each objective that is maximised, -1 for each that is minimised.

        Raises:
            ValueError: the study's objectives are not those of this sampler.
        """
        count = len(study.directions)
        if count not in (2, 3) or not 0 <= self._uncertain < count:
            raise ValueError(
                "KnownCostSampler: expected one uncertain and one or two known objectives, and uncertain to be the "
                f"index of the first, got {count} objectives and uncertain={self._uncertain}"
            )
        if self._reference is not None and len(self._reference) != count:
            raise ValueError(f"reference: expected {count} values, one an objective, got {self._reference}")
        return np.array([1.0 if way is StudyDirection.MAXIMIZE else -1.0 for way in study.directions])

    def _costs(self, candidates: Sequence[Params], signs: Floats) -> Floats:
        """(n, 1 or 2), lower is better.

        Raises:
            ValueError: ``known_costs`` gives something else.
        """
        if not candidates:
            return np.zeros((0, len(signs) - 1))
        given = [self._known_costs(params) for params in candidates]
        try:
            costs = np.array([tuple(values) for values in given], dtype=np.float64)
        except (TypeError, ValueError):  # not a sequence, or now one and now two of them
            costs = np.empty(0)
        if costs.shape != (len(candidates), len(signs) - 1) or not np.isfinite(costs).all():
            raise ValueError(
                f"known_costs: expected {len(signs) - 1} finite numbers for each candidate, one for every objective "
                f"but number {self._uncertain}, got {given[0]} for {dict(candidates[0])}"
            )
        return -np.delete(signs, self._uncertain) * costs


def _space(candidates: Sequence[Params] | Mapping[str, BaseDistribution] | Space | None) -> Space | None:
    match candidates:
        case None:
            return None
        case Mapping():
            return GridSpace(candidates)
        case Sequence():
            return ListedSpace(candidates)
    return candidates


def _space_of(study: Study) -> Space | None:
    """The space of the trial with most parameters: others may have just begun to suggest theirs."""
    trials = study.get_trials(deepcopy=False)
    fullest = max(trials, key=lambda trial: (len(trial.distributions), -trial.number), default=None)
    return GridSpace(fullest.distributions) if fullest is not None and fullest.distributions else None


def _stop(study: Study) -> bool:
    """Ends ``study.optimize`` after the trials that are running; False: nobody is in it."""
    try:
        study.stop()
    except RuntimeError:
        return False
    return True
