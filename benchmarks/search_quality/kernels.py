"""What the additive kernel wins over the usual RBF kernel, on tables of trained networks.

    python -m benchmarks.search_quality.kernels --macro nas_bench_macro_cifar10.csv [--seeds 8 --jobs 2]

Searches as in ``benchmarks.search_quality.budget``, from the same seeds with both kernels of the Gaussian process. The
RBF kernel is the additive one (``search.optimize.covariance``) with all features in one part. The file
``result-kernels.json`` gets the regret, in percentage points, and the missing hypervolume, in percent, as means with
standard errors, and what the additive kernel gains, paired by seeds. It also has the bound on what untried networks can
add, beside what they do add (``finish_line.py``).
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated
from unittest.mock import patch

import numpy as np
import typer
from numpy.typing import NDArray

from benchmarks.campaign import mean_and_error
from benchmarks.report import save
from benchmarks.search_quality.budget import PACKAGES, Outcome, Search, play
from benchmarks.search_quality.finish_line import finish_line
from benchmarks.search_quality.tables import load_table
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
    jobs: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        bound = pool.submit(finish_line, load_table("flops", macro), seeds)
        rows = []
        for table, share, weight in SEARCHES:
            searches = [Search(table, share, weight, seed) for seed in range(seeds)]
            additive, rbf = (list(pool.map(one, searches, [macro] * seeds)) for one in (play, play_with_rbf))
            rows += [
                {"table": table, "share": share, "limit_weight": weight, "trials": trials}
                | _compared([one[trials] for one in additive], [one[trials] for one in rbf])
                for trials in additive[0]
            ]
            print(*rows[-len(additive[0]) :], sep="\n", flush=True)
        figures = {"seeds": seeds, "searches": rows, "finish_line": bound.result()}
    save(Path(__file__).with_name("result-kernels.json"), figures, PACKAGES)


def play_with_rbf(search: Search, macro: Path) -> dict[int, Outcome]:
    """The same search with the RBF kernel."""
    with patch("search.optimize.pool.Surrogate", one_part):
        return play(search, macro)


def one_part(features: NDArray[np.float64], parts: Sequence[int]) -> Surrogate:
    """A surrogate with the RBF kernel."""
    return Surrogate(features, [sum(parts)])


def _compared(additive: Sequence[Outcome], rbf: Sequence[Outcome]) -> dict[str, list[float]]:
    row = {}
    for name in Outcome._fields:
        ours, usual = ([getattr(one, name) for one in outcomes] for outcomes in (additive, rbf))
        gains = [before - after for before, after in zip(usual, ours, strict=True)]
        for suffix, values in (("", ours), ("_rbf", usual), ("_gain", gains)):
            row[name + suffix] = [round(value, 3) for value in mean_and_error(values)]
    return row


if __name__ == "__main__":
    typer.run(main)
