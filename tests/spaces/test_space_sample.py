"""What a space costs, against brute force."""

from itertools import combinations

import numpy as np

from spaces.space_sample import Survey, count_ties
from tests.search.factory import facts
from ulsam import count_cost


def test_a_small_space_is_looked_at_whole() -> None:
    space = facts(budgets={"flops": 2_400_000}).search_space
    survey = Survey.of(space)
    assert survey.whole
    assert set(survey.archs) == set(space)
    costs = [count_cost(arch, space.input_size) for arch in survey.archs]
    flops = survey.costs["flops"]
    assert survey.costs["params"].tolist() == [cost.params for cost in costs]
    assert flops.tolist() == [cost.flops for cost in costs]
    least, middle, most = survey.cheapest_to_dearest()
    assert flops[least] == flops.min()
    assert flops[most] == flops.max()
    assert (flops < flops[middle]).mean() <= 0.5 <= (flops <= flops[middle]).mean()


def test_of_a_large_space_there_is_a_sample() -> None:
    space = facts().search_space
    survey = Survey.of(space, largest=20)
    assert not survey.whole
    assert len(set(survey.archs)) == len(survey.archs) <= 20
    assert all(arch in space for arch in survey.archs)


def test_ties_are_those_of_every_pair() -> None:
    survey = Survey.of(facts().search_space)
    exact, near = set(), set()
    for one, other in combinations(range(len(survey.archs)), 2):
        pairs = [sorted((int(cost[one]), int(cost[other]))) for cost in survey.costs.values()]
        if all(low == high for low, high in pairs):
            exact |= {one, other}
        if all(high <= 1.01 * low for low, high in pairs):
            near |= {one, other}
    ties = count_ties(survey)
    assert (ties.exact, ties.near) == (len(exact), len(near))
    assert 0 < ties.exact < ties.near or np.array_equal(sorted(exact), sorted(near))
