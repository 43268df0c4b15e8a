"""Makes any Optuna sampler propose only networks that may and need be trained."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from search.optimize.candidates import SpaceExhaustedError
from search.optimize.distributions import categorical
from spaces import Candidate, Encoding

_TRIES = 16


class FeasibleSampler(BaseSampler):
    """Wraps a sampler so that every proposal is valid, within the budgets and new.

    The sampler's proposal is read as a network in its canonical form. If the network is over budget or not new, the
    sampler proposes again, up to 16 times. After that, this class draws a new random network within the budgets.
    Rejected proposals therefore cost no trial, and the study does not contain them.

    Each trial gets a new sampler, whose seed depends on ``seed`` and the trial's number. A proposal therefore depends
    only on these and on the results of the study, and a study that is loaded again continues as if it had never
    stopped.

    Args:
        make: makes a sampler with a seed. The sampler proposes all parameters together, such as
            ``TPESampler(multivariate=True)``; while it proposes nothing (at the start), networks are random.
        encoding: of the search space.
        seed: of all that is random.

    Raises:
        SpaceExhaustedError: from ``study.ask``, when every network within the budgets has been proposed.
    """

    def __init__(self, make: Callable[[int], BaseSampler], encoding: Encoding, seed: int) -> None:
        self._make = make
        self._encoding = encoding
        self._seed = seed
        self._inner: BaseSampler | None = None  # of the trial that began last
        self._rng = Random(seed)
        self._seen: set[frozenset[tuple[str, Any]]] = set()
        self._counted = 0  # how many trials are in `_seen`: thousands are not looked at again for each proposal

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return categorical(self._encoding.choices)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        trials = study.get_trials(deepcopy=False)
        whole = len(self._encoding.choices)  # a trial that is being asked for has none yet, or a part
        while self._counted < len(trials) and len(trials[self._counted].params) == whole:
            self._seen.add(frozenset(trials[self._counted].params.items()))
            self._counted += 1
        others = {frozenset(other.params.items()) for other in trials[self._counted :] if other.number != trial.number}

        def is_new(candidate: Candidate) -> bool:
            params = frozenset(self._encoding.encode(candidate).items())
            return params not in self._seen and params not in others

        inner = self._inner
        assert inner is not None, "before_trial makes it"
        candidate = self._proposed(lambda: inner.sample_relative(study, trial, search_space), is_new)
        return self._encoding.encode(candidate or self._random(is_new))

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        raise AssertionError(f"all parameters are proposed together, {param_name} was asked for alone")

    def before_trial(self, study: Study, trial: FrozenTrial) -> None:
        self._begin(trial.number).before_trial(study, trial)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        inner = self._inner or self._begin(trial.number)  # another session may have begun the trial
        inner.after_trial(study, trial, state, values)

    def reseed_rng(self) -> None:
        """Does nothing: trials have different numbers, so workers never draw the same."""

    def _begin(self, number: int) -> BaseSampler:
        """Starts the random streams of trial ``number``."""
        seed = int(np.random.SeedSequence([self._seed, number]).generate_state(1)[0])
        self._inner, self._rng = self._make(seed), Random(seed)
        return self._inner

    def _proposed(self, propose: Callable[[], dict[str, Any]], is_new: Callable[[Candidate], bool]) -> Candidate | None:
        refused: list[dict[str, Any]] = []
        for _ in range(_TRIES):
            params = propose()
            if not params or params in refused:
                return None  # the sampler cannot propose yet, or would only repeat itself
            refused.append(params)
            candidate = self._encoding.decode(params, self._rng)
            if is_new(candidate) and candidate in self._encoding.space:
                return candidate
        return None

    def _random(self, is_new: Callable[[Candidate], bool]) -> Candidate:
        for _ in range(_TRIES):
            candidate = self._encoding.space.sample(self._rng)
            if is_new(candidate):
                return candidate
        for candidate in self._encoding.space:  # most of the space is seen: look through it in order
            if is_new(candidate):
                return candidate
        raise SpaceExhaustedError
