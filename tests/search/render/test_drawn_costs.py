"""Which costs a picture with room for two shows."""

import pytest

from search.render.cost_plane import cost_plane
from search.render.drawn_costs import drawn_costs
from spaces import FLOPS, PARAMS, KnownCost
from spaces.space_sample import SpaceSample
from tests.search.factory import spec

THIRD = KnownCost(name="third", label="third", example="1K", count=lambda network: 1)
KNOWN = (PARAMS, FLOPS, THIRD)


@pytest.mark.parametrize(
    ("minimised", "drawn"),
    [
        ((), (PARAMS, FLOPS)),
        (("params", "flops"), (PARAMS, FLOPS)),
        (("third", "flops"), (FLOPS, THIRD)),
        (("third",), (PARAMS, THIRD)),
        (("flops",), (PARAMS, FLOPS)),
    ],
)
def test_what_is_minimised_comes_first(minimised: tuple[str, ...], drawn: tuple[KnownCost, ...]) -> None:
    assert drawn_costs(KNOWN, minimised) == drawn


def test_one_cost_is_drawn_against_another() -> None:
    search = spec(search={"objectives": ["flops"]}, budgets={"params": "150K"})
    axes = cost_plane(search, SpaceSample.of(search.search_space)).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("parameters", "FLOPs (multiply-adds)")
    assert [line.get_xdata()[0] for line in axes.get_lines()] == [150_000], "the budget"
