"""An Optuna sampler for objectives of which all but one are known before a trial."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import RLock
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from optuna import TrialPruned
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from search.optimize.candidates import ListedSpace, Params, Space, SpaceExhaustedError
from search.optimize.choosing import LARGEST, STARTUP, CandidateChooser
from search.optimize.distributions import GridSpace, settled, values_of
from search.optimize.observation import Observation
from search.optimize.optuna_known_costs import KnownCosts, KnownCostsOf
from search.optimize.optuna_objectives import LimitWeightError, signs_of
from search.optimize.optuna_observations import PROPOSED, enqueued_params, observations_of
from search.optimize.optuna_prior import Prior, prior_scores
from search.optimize.pool import Pool
from search.optimize.pool_state import PoolState

Floats = NDArray[np.float64]


class KnownCostSampler(BaseSampler):
    """Proposes the candidate that is expected to add most to the front's hypervolume, knowing what each will cost.

    One objective (accuracy, say) is uncertain; the others (parameters, FLOPs) can be computed for every candidate.
    A Gaussian process learns the uncertain one. The expected hypervolume improvement over the whole set of
    candidates is then a closed form (``search.optimize.improvement``), evaluated exactly. No candidate is proposed
    twice, trials that are running are accounted for, and the front to improve on is that of the process's means.
    Candidates that differ only in parameters that the objective does not ask for are one candidate, from the first
    trial of them that ends.

    A trial that failed, violates a constraint or returns an infinite value makes similar candidates less likely to be
    proposed. A pruned trial with a user attribute ``rung_scores`` ({epochs: score}) teaches by what complete trials
    gained after that rung.

    A sampler serves one study.

    Args:
        candidates: a list of parameters, or distributions whose every combination is a candidate. None: those that
            the study's trials have, as soon as there is one (the first is then drawn at random).
        known_costs: of a candidate's parameters, the values of all objectives but the uncertain one, in order:
            one or two; a single value may be a number.
        uncertain: the index of the objective to learn.
        seed: of what is drawn at random. A proposal depends only on the seed, the trial's number and the results of the
            trials before: a study that is loaded again, with a new sampler, goes on as if it had never stopped.
        reference: the worst values that still count, one an objective. By default 1.05 times the highest costs, and
            of the uncertain objective the worst value, where very bad values are raised.
        limit_weight: the weight of the best value within the limits that ``reference`` sets on the costs, where the
            mean of the best values within all lower limits has weight 1. 0: the front's hypervolume alone counts, to
            which cheap candidates add most; 4 suits budgets that are to be used.
        startup: how many trials are spread over the range of the costs before the surrogate chooses.
        prior: of a candidate's parameters, a cheap score that is known before any training, in any unit and in the
            direction of the uncertain objective. It is used while it predicts better than no prior.
        largest: of a space with more candidates only a pool is considered: neighbours of the front and others
            spread over the costs, in part drawn again every 10 proposals, more rarely in long searches.

    Raises:
        LimitWeightError: ``limit_weight`` is below 0, or no finite number.
        ValueError: other arguments don't suit each other or the study, or a parameter has no finite number of values:
            from the first ``study.ask``, or where the objective suggests that parameter. Or a trial returned other
            costs than ``known_costs`` gives and did not fail as above: from ``study.tell`` of the first such trial,
            and from each ``study.ask`` after it.
        SpaceExhaustedError: from ``study.ask``, when every candidate has been proposed. ``study.optimize`` just
            ends.
    """

    def __init__(
        self,
        candidates: Sequence[Params] | Mapping[str, BaseDistribution] | Space | None = None,
        *,
        known_costs: KnownCostsOf,
        uncertain: int = 0,
        seed: int = 0,
        reference: Sequence[float] | None = None,
        limit_weight: float = 0.0,
        startup: int = STARTUP,
        prior: Prior | None = None,
        largest: int = LARGEST,
    ) -> None:
        if not 0 <= limit_weight < np.inf:
            raise LimitWeightError(limit_weight)
        self._space = _space(candidates)
        self._known_costs = KnownCosts(known_costs, uncertain)
        self._uncertain = uncertain
        self._seed = seed
        self._reference = reference
        self._limit_weight = limit_weight
        self._startup = startup
        self._prior = prior
        self._largest = largest
        self._chooser: CandidateChooser | None = None
        self._agreed: set[int] = set()  # trials that returned the costs that are known
        self._in_vain: set[int] = set()  # trials that study.optimize began when nothing was left
        self._lock = RLock()

    def __getstate__(self) -> dict[str, Any]:
        """Returns the state to pickle, as for Ray Tune's snapshots, without the chooser, which is made again."""
        return {**vars(self), "_lock": None, "_chooser": None}

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
            try:
                self._propose(study, trial)
            except ValueError:
                with suppress(ValueError):  # the same once more
                    study.tell(trial.number, state=TrialState.FAIL)  # it would be awaited for ever
                raise

    def _propose(self, study: Study, trial: FrozenTrial) -> None:
        pool_state = self._pool_state(study, leave_out=trial.number)
        if pool_state is None or self._chooser is None:
            return
        open_rows = np.flatnonzero(~pool_state.tried)
        enqueued = enqueued_params(trial)
        if enqueued:  # by the user, who may have left some parameters to us
            candidates = pool_state.pool.candidates
            fits = [enqueued.items() <= candidates[int(row)].items() for row in open_rows]
            open_rows = open_rows[np.array(fits, dtype=bool)]
        if len(open_rows):
            chosen = self._chooser.choose(pool_state, open_rows, trial.number)
            # Kept in the study: other processes, and those to come, know it before all is suggested.
            study._storage.set_trial_system_attr(trial._trial_id, PROPOSED, _plain(chosen))
        elif not enqueued:
            self._end(study, trial, len(pool_state.tried))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        if trial.number in self._in_vain:
            raise TrialPruned("every candidate has been proposed")  # ends this trial before it costs anything
        params = trial.system_attrs.get(PROPOSED, {})
        if param_name in params:
            return params[param_name]
        if self._space is None:  # it is not known yet
            self._refuse_endless(study, trial, param_name, param_distribution)
        drawn = np.random.SeedSequence([self._seed, trial.number, crc32(param_name.encode())]).generate_state(1)
        independent = RandomSampler(seed=int(drawn[0]))
        return settled(independent.sample_independent(study, trial, param_name, param_distribution), param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        with self._lock:
            if self._chooser is None and self._space is not None:
                return
            trials, signs = self._trials(study), signs_of(study, self._uncertain, self._reference)
            if self._space is None:
                self._learn_space(trials, signs)
            if self._chooser is None:
                return
            found = self._observations(trials, signs)
            if self._chooser.exhausted(found):
                _stop(study)
            if state is TrialState.COMPLETE and values is not None:
                own = next(one for one, other in zip(found, trials, strict=True) if other.number == trial.number)
                self._compare(self._chooser.latest, trial.number, own, values, signs)

    def reseed_rng(self) -> None:
        """Does nothing: trials have different numbers, so workers never draw the same."""

    def pool_state(self, study: Study) -> PoolState | None:
        """Returns what the study's ended trials say of the candidates; None: the candidates are not known yet.

        Raises:
            ValueError: the arguments do not suit the study, or a trial returned other costs; see the class.
        """
        with self._lock:
            return self._pool_state(study, ended=True)

    def _end(self, study: Study, trial: FrozenTrial, candidates: int) -> None:
        if not _stop(study):
            study.tell(trial.number, state=TrialState.FAIL)  # no candidate is left for it
            raise SpaceExhaustedError(candidates)
        self._in_vain.add(trial.number)

    def _pool_state(self, study: Study, leave_out: int | None = None, *, ended: bool = False) -> PoolState | None:
        signs, trials = signs_of(study, self._uncertain, self._reference), self._trials(study, leave_out)
        self._learn_space(trials, signs)
        if self._chooser is None:
            return None
        found = self._observations(trials, signs)
        pool = self._chooser.pool(found)
        for trial, observation in zip(trials, found, strict=True):
            if trial.state is TrialState.COMPLETE and trial.number not in self._agreed:
                self._compare(pool, trial.number, observation, trial.values, signs)
        return self._chooser.pool_state(found, ended=ended)

    def _learn_space(self, trials: Sequence[FrozenTrial], signs: Floats) -> None:
        """Makes the chooser, if the space is known."""
        space = self._space or _space_of(trials)
        if space is None or (self._chooser is not None and self._chooser.choices == space.choices):
            return
        reference = None
        if self._reference is not None:
            worst = signs * np.asarray(self._reference, dtype=np.float64)
            reference = np.concatenate([[worst[self._uncertain]], -np.delete(worst, self._uncertain)])
        self._chooser = CandidateChooser(
            space,
            partial(self._known_costs.of, signs=signs),
            reference=reference,
            seed=self._seed,
            limit_weight=self._limit_weight,
            startup=self._startup,
            prior_of=self._prior and partial(prior_scores, self._prior, sign=float(signs[self._uncertain])),
            largest=self._largest,
        )

    def _compare(
        self, pool: Pool, number: int, observation: Observation, values: Sequence[float], signs: Floats
    ) -> None:
        """Checks that trial ``number`` returned the known costs, if it was trained.

        Raises:
            OtherCostsError: the trial returned others.
        """
        row = pool.row(observation.params)
        if row is None and len(rows := pool.rows(observation)):
            row = int(rows[0])
        # The observation of a trial that is ending doesn't know its values yet.
        trained = not observation.failed and np.isfinite(values).all()
        if trained and row is not None:  # otherwise it is of no candidate
            self._known_costs.compare(pool.costs[row], values, signs, number, observation.params)
        self._agreed.add(number)

    def _refuse_endless(
        self, study: Study, trial: FrozenTrial, param_name: str, distribution: BaseDistribution
    ) -> None:
        """Checks that a parameter has a finite number of values, before anything is spent on the trial.

        Raises:
            ValueError: the parameter has too many values, or no finite number of them.
        """
        try:
            values_of(param_name, distribution)
        except ValueError:
            if not _stop(study):
                study.tell(trial.number, state=TrialState.FAIL)
            raise

    @staticmethod
    def _trials(study: Study, leave_out: int | None = None) -> list[FrozenTrial]:
        trials = [trial for trial in study.get_trials(deepcopy=False) if trial.number != leave_out]
        return sorted(trials, key=lambda trial: trial.number)

    def _observations(self, trials: Sequence[FrozenTrial], signs: Floats) -> list[Observation]:
        return observations_of(trials, self._uncertain, float(signs[self._uncertain]))


def _space(candidates: Sequence[Params] | Mapping[str, BaseDistribution] | Space | None) -> Space | None:
    match candidates:
        case None:
            return None
        case Mapping():
            return GridSpace(candidates)
        case Sequence():
            return ListedSpace(candidates)
    return candidates


def _space_of(trials: Sequence[FrozenTrial]) -> Space | None:
    """Returns the space of the trial with the most parameters: others may have just begun to suggest theirs."""
    fullest = max(trials, key=lambda trial: (len(trial.distributions), -trial.number), default=None)
    if fullest is None or not fullest.distributions:
        return None
    return GridSpace(dict(sorted(fullest.distributions.items())))  # a database may have them in another order


def _plain(params: Params) -> dict[str, Any]:
    """Returns ``params`` as a database takes them: numpy's numbers as Python's own."""
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in params.items()}


def _stop(study: Study) -> bool:
    """Ends ``study.optimize`` after the trials that are running; returns False where it is not in progress."""
    try:
        study.stop()
    except RuntimeError:
        return False
    return True
