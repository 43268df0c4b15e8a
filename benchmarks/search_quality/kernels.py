"""What the additive kernel wins over the usual RBF kernel, on tables of trained networks.

    python -m benchmarks.search_quality.kernels --macro nas_bench_macro_cifar10.csv [--seeds 8]

Searches as in ``benchmarks.search_quality.budget``, from the same seeds with both kernels of the Gaussian process. The
RBF kernel is the additive one with all features in one part. ``result-kernels.json`` gets the regret, in percentage
points, and the missing hypervolume, in percent, as means with standard errors, and what the additive kernel gains,
paired by seeds.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from unittest.mock import patch

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.campaign import mean_and_error
from benchmarks.report import save
from benchmarks.search_quality.budget import PACKAGES, Outcome, Search, play
from search.optimize.surrogate import Surrogate

# Tables, the share of their networks that is within the budget, and the weight of the accuracy at the budget.
SEARCHES = (
    ("flops", 1.0, 0.0),
    ("flops", 0.25, 4.0),
    ("flops", 0.6, 4.0),
    ("params+flops", 0.25, 4.0),
    ("ulsam digits", 0.6, 4.0),
)


def main(
    macro: Annotated[Path, typer.Option(help="NAS-Bench-Macro as CSV.")],
    seeds: Annotated[int, typer.Option(min=2)] = 8,
) -> None:
    rows = []
    for table, share, weight in SEARCHES:
        searches = [Search(table, share, weight, seed) for seed in range(seeds)]
        additive = [play(search, macro) for search in searches]
        with patch("search.optimize.pool.Surrogate", one_part):
            rbf = [play(search, macro) for search in searches]
        for trials in additive[0]:
            figures = [_figures([one[trials] for one in outcomes]) for outcomes in (additive, rbf)]
            row = {"table": table, "share": share, "limit_weight": weight, "trials": trials}
            for number, name in enumerate(Outcome._fields):
                ours, usual = (figure[:, number].tolist() for figure in figures)
                gains = [before - after for before, after in zip(usual, ours, strict=True)]
                row |= {name: _rounded(ours), f"{name}_rbf": _rounded(usual), f"{name}_gain": _rounded(gains)}
            print(row, flush=True)
            rows.append(row)
    save(Path(__file__).with_name("result-kernels.json"), {"seeds": seeds, "searches": rows}, PACKAGES)


def one_part(features: NDArray[np.float64], parts: Sequence[int]) -> Surrogate:
    """A surrogate with the RBF kernel."""
    return Surrogate(features, [sum(parts)])


def _figures(outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    return np.array(outcomes, dtype=np.float64)


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 3) for value in mean_and_error(values)]


if __name__ == "__main__":
    typer.run(main)
