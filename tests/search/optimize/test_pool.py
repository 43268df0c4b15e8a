"""A space too large to look at as a whole is looked at in part."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from optuna.distributions import IntDistribution

from search.optimize.candidates import ListedSpace, Params, key_of
from search.optimize.distributions import GridSpace
from search.optimize.first_candidates import spread_over_costs
from search.optimize.observation import Observation
from search.optimize.pool import Pool, Pools

Floats = NDArray[np.float64]

LARGE = GridSpace({name: IntDistribution(1, 10) for name in "abcde"})  # 100,000 candidates
SMALL = GridSpace({name: IntDistribution(1, 3) for name in "ab"})


def product_of(candidates: Sequence[Params]) -> Floats:
    """Costs from 1 to 100,000; most candidates lie near the upper end on a logarithmic scale."""
    return np.array([[float(np.prod(list(params.values())))] for params in candidates])


def pools(space: GridSpace | ListedSpace = LARGE, seed: int = 0) -> Pools:
    return Pools(space, product_of, largest=1000, seed=seed)


def at(source: Pools, observations: Sequence[Observation]) -> Pool:
    """The pool after ``observations``."""
    return source.current(observations)


def keys(candidates: Sequence[Params]) -> list[tuple[int, ...]]:
    return [key_of(params, LARGE.choices) for params in candidates]


def test_a_small_space_is_looked_at_as_a_whole() -> None:
    source = pools(SMALL)
    pool = at(source, [])
    assert pool.whole
    assert list(pool.candidates) == SMALL.every(9)
    assert pool.costs.tolist() == product_of(pool.candidates).tolist()
    assert [pool.row(params) for params in pool.candidates] == list(range(9))
    assert pool.row({"a": 9, "b": 9}) is None
    assert pool.row({}) is None
    for _ in range(30):
        assert at(source, []) is pool


def test_it_is_exhausted_once_each_was_proposed() -> None:
    source = pools(SMALL)
    tried = [Observation(params=params, failed=bool(row % 2)) for row, params in enumerate(SMALL.every(9) or [])]
    assert not source.exhausted([*tried[:-1], tried[0], Observation(params={}), Observation(params={"other": 1})])
    assert source.exhausted(tried)


def test_a_large_space_is_never_reported_as_exhausted() -> None:
    source = pools()
    assert not source.exhausted([Observation(params=params) for params in at(source, []).candidates])


def test_a_part_has_each_candidate_once() -> None:
    pool = at(pools(), [])
    assert not pool.whole
    assert 1000 < len(pool.candidates) < 5000
    assert len(set(keys(pool.candidates))) == len(pool.candidates)
    assert pool.costs.tolist() == product_of(pool.candidates).tolist()


def test_a_part_is_spread_over_the_costs() -> None:
    """At random few candidates lie in the cheaper half of the range of costs."""

    def cheap(candidates: Sequence[Params]) -> float:
        return float((np.log10(product_of(candidates)) < 2.5).mean())

    rng = np.random.default_rng(0)
    at_random = cheap([LARGE.draw(rng) for _ in range(4000)])
    assert at_random < 0.25
    assert cheap(at(pools(), []).candidates) > 1.5 * at_random


@pytest.mark.parametrize("failed", [False, True])
def test_a_part_has_all_that_were_tried(failed: bool) -> None:
    rng = np.random.default_rng(1)
    tried = [Observation(params=LARGE.draw(rng), failed=failed) for _ in range(50)]
    pool = at(pools(), tried)
    assert all(pool.row(observation.params) is not None for observation in tried)


def test_a_part_has_the_neighbours_of_the_best() -> None:
    """Two are on the front; the third costs more than the second and is worse."""
    cheap, best, worse = (dict.fromkeys("abcde", value) for value in (2, 5, 7))
    tried = [
        Observation(params=cheap, score=0.2),
        Observation(params=best, score=0.9),
        Observation(params=worse, score=0.5),
    ]
    pool = at(pools(), tried * 4)
    for params in (cheap, best):
        assert all(pool.row(neighbour) is not None for neighbour in LARGE.neighbours(params))
    assert any(pool.row(neighbour) is None for neighbour in LARGE.neighbours(worse))


def test_a_part_is_drawn_again_after_some_proposals() -> None:
    source = pools()
    first = at(source, [])
    tried = [Observation(params=first.candidates[0], score=0.5)] * 40
    seen = [at(source, tried[:count]) for count in range(41)]
    parts = [seen[0], *(after for before, after in pairwise(seen) if after is not before)]
    assert 3 <= len(parts) <= 5
    assert at(source, tried) is parts[-1]  # it has all that were tried
    rare = next(
        params
        for params in (LARGE.draw(np.random.default_rng(seed)) for seed in range(99))
        if not parts[-1].row(params)
    )
    assert at(source, [*tried, Observation(params=rare)]) is not parts[-1]


def test_a_part_does_not_depend_on_the_parts_before() -> None:
    """After 27 observations: asked for at each of them, or for the first time."""
    grown = pools()
    rng = np.random.default_rng(2)
    tried = [Observation(params=params, score=0.5) for params in at(grown, []).candidates[:20:2]]
    tried += [Observation(params=LARGE.draw(rng), score=0.6) for _ in range(17)]  # of no pool
    for count in range(28):
        pool = at(grown, tried[:count])
    assert keys(pool.candidates) == keys(at(pools(), tried).candidates)
    assert pool.features.tolist() == at(pools(), tried).features.tolist()


def test_costs_are_counted_once_while_a_network_stays() -> None:
    counted: list[Params] = []

    def costs_of(candidates: Sequence[Params]) -> Floats:
        counted.extend(candidates)
        return product_of(candidates)

    source = Pools(LARGE, costs_of, largest=1000, seed=0)
    tried = [Observation(params=params, score=0.5) for params in at(source, []).candidates[:40]]
    counted.clear()
    pool = at(source, tried)
    assert pool.costs.tolist() == product_of(pool.candidates).tolist()
    assert set(keys(counted)).isdisjoint(keys([observation.params for observation in tried]))


def test_trials_of_another_space_are_passed_over() -> None:
    source = pools()
    pool = at(source, [])
    assert at(source, [Observation(params={}), Observation(params={"other": 1}, score=0.4)]) is pool


def test_the_seed_decides_what_is_drawn() -> None:
    one, same, other = (at(pools(seed=seed), []).candidates for seed in (0, 0, 1))
    assert list(one) == list(same)
    assert keys(one) != keys(other)


def test_the_first_candidates_lie_at_the_ends_and_then_between() -> None:
    pool = at(pools(ListedSpace(SMALL.every(9) or [])), [])
    rng, tried = np.random.default_rng(0), np.zeros(0, dtype=np.int64)
    for _ in range(9):
        untried = np.setdiff1d(np.arange(9), tried)
        tried = np.append(tried, spread_over_costs(pool, tried, untried, rng))
    assert pool.costs[tried[:2], 0].tolist() == [1, 9]
    assert sorted(tried.tolist()) == list(range(9))


def test_the_first_candidates_differ_in_their_choices() -> None:
    """Of candidates that cost the same the one least like those tried is taken: soon all values have been seen."""
    space = GridSpace({name: IntDistribution(1, 4) for name in "abc"})
    pool = at(Pools(space, lambda some: np.ones((len(some), 1)), largest=1000, seed=0), [])
    rng, tried = np.random.default_rng(0), np.zeros(0, dtype=np.int64)
    for _ in range(6):
        untried = np.setdiff1d(np.arange(64), tried)
        tried = np.append(tried, spread_over_costs(pool, tried, untried, rng))
    for name in "abc":
        assert len({pool.candidates[row][name] for row in tried}) >= 3
