"""What a search chooses with the networks at hand that a user would have picked."""

from collections.abc import Callable, Sequence

import numpy as np
from optuna.distributions import IntDistribution

from search.optimize.candidates import Params
from search.optimize.choosing import CandidateChooser
from search.optimize.distributions import GridSpace
from search.optimize.observation import Observation

SPACE = GridSpace({name: IntDistribution(1, 4) for name in "abc"})  # 64 candidates
BASELINES: tuple[Params, ...] = ({"a": 3, "b": 1, "c": 1}, {"a": 3, "b": 3, "c": 1}, {"a": 4, "b": 4, "c": 4})


def cost(params: Params) -> float:
    return float(params["a"] * params["b"] * params["c"])


def value(params: Params) -> float:
    """From 0.5 to 0.9, more at a higher cost."""
    return 0.5 + 0.4 * float(np.log(cost(params)) / np.log(64))


def chooser(baselines: Sequence[Params], startup: int = 6) -> CandidateChooser:
    return CandidateChooser(
        SPACE,
        lambda some: np.array([[cost(params)] for params in some]),
        reference=np.array([0.1, 70.0]),
        seed=0,
        startup=startup,
        baselines=baselines,
    )


def proposals(source: CandidateChooser, count: int, value: Callable[[Params], float] = value) -> list[Params]:
    """What it proposes after the baselines."""
    seen = [Observation(params=params, score=value(params)) for params in BASELINES]
    for _ in range(count):
        params = source.propose(seen, len(seen))
        assert params is not None
        seen.append(Observation(params=params, score=value(params)))
    return [one.params for one in seen[len(BASELINES) :]]


def test_baselines_are_none_of_the_first_candidates() -> None:
    """Six more are chosen whatever was observed before, the seventh is not."""
    likewise, reversed_ = (proposals(chooser(BASELINES), 7, of) for of in (value, lambda params: 1 - value(params)))
    assert likewise[:6] == reversed_[:6]
    assert likewise[6] != reversed_[6]


def test_what_is_less_accurate_than_each_baseline_is_not_looked_for() -> None:
    """The least accurate baseline costs 3: cheaper candidates, which are all less accurate, are worth nothing."""
    with_baselines, without = (proposals(chooser(some, startup=3), 12)[3:] for some in (BASELINES, ()))
    assert min(cost(params) for params in with_baselines) >= 3
    assert min(cost(params) for params in without) < 3
