"""What searches of the pool take home, against what a user would have picked: whole searches on looked-up trainings.

    python -m benchmarks.outcome.replays [--tables 20 --searches 3 --jobs 2]

Each search has the space of the pool (``pool.py``) within a budget, and as many trials as a third of the networks that
fit. Its scores are those of the images to choose by, one training a trial; a replay begins at a seed of its own. The
network taken home is worth its mean over seeds on the images of the report, which no choice has seen. Beside each
search: the plain network with the best mean over seeds on the images to choose by, at any width and size that fits; the
best of the publication's placements, chosen alike; and the network taken home with its substitutions left out.

Networks that have no training yet (``imputed.py``) have other accuracies in each of several tables; plain networks must
have a training. Searches are repeated in each table, and compared with random choice in the same table. The file
``result.json`` has percentages: means over tables with Rubin's standard error for multiple imputation, which contains
what is not known of the networks without training, and the searches. It does not contain the error of the trainings
that are there. A drawn network, and one with one training, scores alike with every seed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, NamedTuple

import optuna
import typer

from benchmarks.campaign import mean_and_error
from benchmarks.outcome.imputed import impute
from benchmarks.outcome.pool import SIZES, baselines
from benchmarks.outcome.searching import trials
from benchmarks.outcome.simulated import GROCERIES
from benchmarks.outcome.table import NUM_CLASSES, Table, read_table
from benchmarks.report import save
from benchmarks.transfer.networks import GROUPS, ULSAM_GROUPS, by_ulsam
from pipelines.storage.manifest import SplitRecord
from search.analysis.front import complete
from search.analysis.won import best
from search.config.settings import SearchSettings
from search.study.spec import StudySpec
from spaces import Candidate
from ulsam import count_cost

BUDGETS = {"25M": 25e6, "35M": 35e6, "45M": 45e6}  # FLOPs
SAMPLERS = ("known_cost", "random")
CHOOSING_IMAGES = 1538
PUBLISHED = ("D", "CD")  # 15, 16 by ULSAM with g = 4, and 12, 13 with them


class TakenHome(NamedTuple):
    """Of one search.

    Attributes:
        worth: its accuracy in percent.
        share_of_ulsam: its accuracy less that of the same network with its substitutions left out; None: it has none.
    """

    worth: float
    share_of_ulsam: float | None


def main(
    tables: Annotated[int, typer.Option(min=2, help="Draws of the networks without training.")] = 20,
    searches: Annotated[int, typer.Option(min=1, help="Searches of each table.")] = 3,
    jobs: Annotated[int, typer.Option(min=1)] = 1,
) -> None:
    table, _ = read_table()
    plain = {variant.candidate for variant in baselines(NUM_CLASSES)}
    if plain - table.trainings.keys():
        raise SystemExit("plain networks of the pool have no training yet: python -m benchmarks.outcome")
    seeds, imputation = [len(own) for own in table.trainings.values()], impute(table)
    figures: dict[str, Any] = {
        "tables": tables,
        "searches_of_each": searches,
        "networks": len(seeds),
        "seeds": {"fewest": min(seeds), "mean": round(mean(seeds), 2)},
        "networks_drawn": len(imputation.predicted),
        "error_of_drawn": round(100 * imputation.error, 2),
    }
    drawn = [imputation.draw(number) for number in range(tables)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for budget in BUDGETS:
            figures[budget] = {"trials": trials_within(budget), **picked(drawn, budget)}
            found = {}
            for sampler in SAMPLERS:
                replays = [(one, budget, sampler, replay) for replay, one in enumerate(drawn * searches)]
                homes = list(pool.map(taken_home, *zip(*replays, strict=True)))
                found[sampler] = [homes[number::tables] for number in range(tables)]
                figures[budget][sampler] = summary(found[sampler], figures[budget]["plain"]["accuracy"])
            figures[budget]["gain_over_random"] = gain_over_random(**found)
            print(budget, figures[budget], flush=True)
    save(Path(__file__).with_name("result.json"), figures, ["optuna", "botorch"])


def summary(homes: Sequence[Sequence[TakenHome]], plain: float) -> dict[str, Any]:
    """Returns the estimates of searches, by table, beside the accuracy of the best plain network."""
    worths = _worths(homes)
    of_ulsam = [[home.share_of_ulsam for home in of_table if home.share_of_ulsam is not None] for of_table in homes]
    return {
        "accuracy": estimate(worths),
        "gain_over_plain": estimate([worth - plain for worth in worths]),
        "with_ulsam": sum(map(len, of_ulsam)),
        "share_of_ulsam": estimate([mean(shares) for shares in of_ulsam if shares]),
    }


def gain_over_random(known_cost: Sequence[Sequence[TakenHome]], random: Sequence[Sequence[TakenHome]]) -> list[float]:
    """Returns the estimate of what searches gain over random choice in the same table, in points."""
    return estimate([own - other for own, other in zip(_worths(known_cost), _worths(random), strict=True)])


def _worths(homes: Sequence[Sequence[TakenHome]]) -> list[float]:
    """The mean over the searches of each table."""
    return [mean(home.worth for home in of_table) for of_table in homes]


def estimate(values: Sequence[float]) -> list[float]:
    """Returns the mean over M tables, and its standard error by Rubin's rule: the variance is (1 + 1/M) times theirs.

    Args:
        values: the mean over the searches of each table, whose variance thus contains that of the searches.
    """
    middle, error = mean_and_error(values)
    return [round(middle, 2), round((len(values) + 1) ** 0.5 * error, 2)]


def picked(tables: Sequence[Table], budget: str) -> dict[str, Any]:
    """Returns the networks that need no search, with their accuracy: the best plain one and the best published one."""
    plain = [one for one in tables[0].trainings if one.arch.is_plain]
    published = [by_ulsam(size, groups, NUM_CLASSES).candidate for size in SIZES for groups in PUBLISHED]
    return {"plain": _best_of(tables, plain, budget), "published": _best_of(tables, published, budget)}


def taken_home(table: Table, budget: str, sampler: str, replay: int) -> TakenHome:
    """Searches the pool once."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = best(complete(trials(spec_of(budget, sampler, replay), table)))
    assert found is not None, "a search that nothing disturbs"
    worth = 100 * table.worth(found.candidate)
    if not found.arch.placements:
        return TakenHome(worth, None)
    return TakenHome(worth, worth - 100 * table.worth(without_substitutions(found.candidate)))


def without_substitutions(candidate: Candidate) -> Candidate:
    """Returns the network with the blocks that ULSAM replaces left out."""
    replaced = {placement.block for placement in candidate.arch.placements}
    arch = replace(candidate.arch, placements=(), removed=tuple(sorted({*candidate.arch.removed, *replaced})))
    return replace(candidate, arch=arch)


def trials_within(budget: str) -> int:
    """Returns the number of trials within ``budget``: a third of the networks that fit."""
    return round(sum(1 for _ in spec_of(budget, "random", 0, trials=1).search_space) / 3)


def spec_of(budget: str, sampler: str, replay: int, *, trials: int | None = None) -> StudySpec:
    """Returns the search of a replay.

    Args:
        budget: a key of ``BUDGETS``.
        sampler: one of ``SAMPLERS``.
        replay: its number, which is its seed.
        trials: None: a third of the networks that fit.
    """
    placements = {
        "blocks": [block for blocks in GROUPS.values() for block in blocks],
        "modes": ["substitute", "remove"],
        "together": [list(blocks) for blocks in GROUPS.values()],
        "at_most": len(GROUPS),
    }
    space = {"widths": [1.0], "input_sizes": list(SIZES), "groups": [ULSAM_GROUPS], "placements": placements}
    number = trials_within(budget) if trials is None else trials
    settings = SearchSettings.model_validate(
        {
            "name": "replay",
            "data": "data/groceries",
            "space": space,
            "budgets": {"flops": budget},
            "search": {"trials": number, "seed": replay, "sampler": sampler},
            "training": {"recipe": "transfer", "pretrained": "mobilenet_v2.pth"},
        }
    )
    val = SplitRecord(images=CHOOSING_IMAGES, bytes=1, sha256=64 * "0")
    return StudySpec.of(settings, GROCERIES.model_copy(update={"splits": {**GROCERIES.splits, "val": val}}))


def _best_of(tables: Sequence[Table], networks: Iterable[Candidate], budget: str) -> dict[str, Any] | None:
    """The network that fits with the best mean over seeds on the images to choose by; None where none fits."""
    fitting = [one for one in networks if count_cost(one.arch, one.input_size).flops <= BUDGETS[budget]]
    if not fitting:
        return None
    found = [(table, max(fitting, key=table.chosen_by)) for table in tables]
    ((most, _),) = Counter(table.names[network] for table, network in found).most_common(1)
    return {"network": most, "accuracy": round(100 * mean(table.worth(network) for table, network in found), 2)}


if __name__ == "__main__":
    typer.run(main)
