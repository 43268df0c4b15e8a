"""What a space costs, against brute force."""

from itertools import combinations

import numpy as np

from spaces.space_sample import SpaceSample, count_ties
from tests.search.factory import spec
from ulsam import count_cost


def test_a_small_space_is_looked_at_whole() -> None:
    space = spec(budgets={"flops": 2_400_000}).search_space
    space_sample = SpaceSample.of(space)
    assert space_sample.whole
    assert set(space_sample.networks) == set(space)
    costs = [count_cost(network.arch, network.input_size) for network in space_sample.networks]
    flops = space_sample.costs["flops"]
    assert space_sample.costs["params"].tolist() == [cost.params for cost in costs]
    assert flops.tolist() == [cost.flops for cost in costs]
    least, middle, most = space_sample.cheapest_to_most_expensive()
    assert flops[least] == flops.min()
    assert flops[most] == flops.max()
    assert (flops < flops[middle]).mean() <= 0.5 <= (flops <= flops[middle]).mean()


def test_of_a_large_space_there_is_a_sample() -> None:
    space = spec().search_space
    space_sample = SpaceSample.of(space, largest=20)
    assert not space_sample.whole
    assert len(set(space_sample.networks)) == len(space_sample.networks) <= 20
    assert all(network in space for network in space_sample.networks)


def test_ties_are_those_of_every_pair() -> None:
    space_sample = SpaceSample.of(spec().search_space)
    exact, near = set(), set()
    for one, other in combinations(range(len(space_sample.networks)), 2):
        pairs = [sorted((int(cost[one]), int(cost[other]))) for cost in space_sample.costs.values()]
        if all(low == high for low, high in pairs):
            exact |= {one, other}
        if all(high <= 1.01 * low for low, high in pairs):
            near |= {one, other}
    ties = count_ties(space_sample)
    assert (ties.exact, ties.near) == (len(exact), len(near))
    assert 0 < ties.exact < ties.near or np.array_equal(sorted(exact), sorted(near))
