"""What searches of 24 trials take home, on made-up accuracies near those of trainings on groceries.

    python -m benchmarks.outcome.simulated [--worlds 30 --jobs 2]

Each world (``worlds.py``) has accuracies of its own. In each, the search of ``docs/groceries.md`` runs as it is, with
its space, plain networks, proposals and further seeds; only the trainings are made up. The file
``result-simulated.json`` gets, by budget and sampler, the gain of the network taken home over the best plain network
that the search trained, and its regret, how much more accurate the best network of the space is: true accuracies in
points, means with standard errors.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, NamedTuple

import optuna
import typer

from benchmarks.campaign import mean_and_error
from benchmarks.outcome.searching import trials
from benchmarks.outcome.worlds import GROUPS, VALIDATION_IMAGES, World
from benchmarks.report import save
from pipelines.storage.manifest import Manifest, SplitRecord
from search.analysis.front import complete
from search.analysis.won import best
from search.config.settings import SearchSettings
from search.study.spec import StudySpec

BUDGETS = ("40M", "28M")
SAMPLERS = ("known_cost", "random", "tpe")
TRIALS = 24
GROCERIES = Manifest(
    name="groceries",
    classes=tuple(f"class {number}" for number in range(81)),
    image_size=96,
    storage="raw",
    mean=(0.5, 0.5, 0.5),
    std=(0.3, 0.3, 0.3),
    made="made up",
    splits={
        split: SplitRecord(images=images, bytes=1, sha256=64 * "0")
        for split, images in (("train", 2640), ("val", VALIDATION_IMAGES), ("test", 2485))
    },
)


class Outcome(NamedTuple):
    """Of one search, in points of accuracy."""

    gain: float
    regret: float


def main(worlds: Annotated[int, typer.Option(min=2)] = 30, jobs: Annotated[int, typer.Option(min=1)] = 1) -> None:
    kinds = [(budget, sampler) for budget in BUDGETS for sampler in SAMPLERS]
    rows = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for budget, sampler in kinds:
            outcomes = list(pool.map(outcome, [budget] * worlds, [sampler] * worlds, range(worlds)))
            figures = zip(Outcome._fields, zip(*outcomes, strict=True), strict=True)
            row = {name: [round(one, 2) for one in mean_and_error(values)] for name, values in figures}
            rows.append({"budget": budget, "sampler": sampler} | row)
            print(rows[-1], flush=True)
    save(Path(__file__).with_name("result-simulated.json"), {"worlds": worlds, "searches": rows}, ["optuna", "botorch"])


def outcome(budget: str, sampler: str, seed: int) -> Outcome:
    """Searches one world."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    spec, world = spec_of(budget, sampler, seed), World(seed)
    networks = complete(trials(spec, world))
    home = best(networks)
    assert home is not None, "a search that nothing disturbs"
    plain = max(world.accuracy(one.candidate) for one in networks if one.arch.is_plain)
    highest = max(world.accuracy(one) for one in spec.search_space)
    own = world.accuracy(home.candidate)
    return Outcome(gain=own - plain, regret=highest - own)


def spec_of(budget: str, sampler: str, seed: int) -> StudySpec:
    """The search that ``init --pretrained`` writes for the photographs."""
    together = [blocks for blocks in GROUPS if len(blocks) > 1]
    placements = {"modes": ["substitute", "remove"], "together": together, "at_most": 5}
    settings = SearchSettings.model_validate(
        {
            "name": "simulated",
            "data": "data/groceries",
            "space": {"widths": [1.0], "input_sizes": [64, 80, 96], "placements": placements},
            "budgets": {"flops": budget},
            "search": {"trials": TRIALS, "seed": seed, "sampler": sampler},
            "training": {"recipe": "transfer", "pretrained": "mobilenet_v2.pth"},
        }
    )
    return StudySpec.of(settings, GROCERIES)


if __name__ == "__main__":
    typer.run(main)
