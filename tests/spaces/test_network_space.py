"""The networks of a space as candidates: what they cost, looked at together and one by one."""

import numpy as np
import pytest

from spaces import Encoding
from spaces.network_space import NetworkSpace
from tests.search.factory import spec
from ulsam import count_cost


@pytest.mark.parametrize("minimised", [("params", "flops"), ("flops",)])
def test_costs_are_each_networks_own(minimised: tuple[str, ...]) -> None:
    """Those of every network come with the networks themselves."""
    known = spec()
    space = NetworkSpace(Encoding(known.search_space), minimised)
    every = space.every(1000)
    assert every is not None
    assert len(every) == known.search_space.count()
    counts = [count_cost(space.network(params).arch, space.network(params).input_size) for params in every]
    assert np.array_equal(space.costs(every), [[getattr(cost, name) for name in minimised] for cost in counts])
    assert np.array_equal(space.costs(every[::7]), space.costs(every)[::7])
