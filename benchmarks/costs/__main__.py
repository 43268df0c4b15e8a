"""Params and FLOPs of 100,000 networks: a space's cost table against ``count_cost``, network by network.

    python -m benchmarks.costs

The rival counts a sample of them, since it would take minutes; both figures are a network's. The time to make the
table, once a space, is stated beside.
"""

import time
from pathlib import Path
from random import Random

import torch

from benchmarks.report import save, spread
from benchmarks.turns import ratios, take_turns
from spaces import BudgetsConfig, SpaceConfig, build_space
from spaces.cost_table import CostTable
from ulsam import count_cost

NETWORKS, SAMPLE, ROUNDS, PIXELS = 100_000, 1_000, 7, 224


def main() -> None:
    space = build_space(SpaceConfig(), BudgetsConfig(), num_classes=1000, input_sizes=(PIXELS,))
    rng = Random(0)
    networks = [space.sample(rng) for _ in range(NETWORKS)]
    start = time.perf_counter()
    table = CostTable(space.families, [cost.name for cost in space.known_costs])
    table_seconds = time.perf_counter() - start
    counts = table.count(networks[:SAMPLE])
    one_by_one = [count_cost(network.arch, PIXELS) for network in networks[:SAMPLE]]
    assert counts["params"].tolist() == [cost.params for cost in one_by_one]
    assert counts["flops"].tolist() == [cost.flops for cost in one_by_one]

    taken = take_turns(
        {
            "table": lambda: table.count(networks),
            "one by one": lambda: [count_cost(network.arch, PIXELS) for network in networks[:SAMPLE]],
        },
        ROUNDS,
        0.1,
        torch.device("cpu"),
    )
    taken["one by one"] = [seconds * NETWORKS / SAMPLE for seconds in taken["one by one"]]
    figures = {
        "networks": NETWORKS,
        "seconds_for_all": spread(taken["table"]),
        "seconds_to_make_the_table": table_seconds,
        "times_as_fast_as_one_by_one": spread(ratios(taken, over="one by one", under="table")),
    }
    path = Path(__file__).with_name("result.json")
    save(path, figures, ["numpy"])
    print(path.read_text())


if __name__ == "__main__":
    main()
