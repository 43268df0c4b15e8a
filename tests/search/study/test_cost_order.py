"""In which order networks stand by what they cost."""

import pytest

from search.study.cost_order import cost_order

COSTS = {"params": 1, "flops": 2, "third": 3}


@pytest.mark.parametrize(
    ("minimised", "order"),
    [
        (("params", "flops"), (2, 1, 3)),
        (("flops", "params"), (1, 2, 3)),
        (("third",), (3, 2, 1)),
    ],
)
def test_the_last_objective_decides_then_the_others_then_all_else(
    minimised: tuple[str, ...], order: tuple[int, ...]
) -> None:
    assert cost_order(COSTS, minimised) == order
