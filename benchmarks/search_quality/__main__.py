"""How many trainings a search needs, on tables of networks that were all trained, beside its rivals.

    python -m benchmarks.search_quality --macro nas_bench_macro_cifar10.csv

Plays every game of ``GAMES`` that is not in the memory file yet, which takes hours on two cores, and writes
``result.json`` and ``docs/search-quality.png``. It goes on where it was interrupted.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev

from benchmarks.report import save
from benchmarks.search_quality.epochs import play_epochs
from benchmarks.search_quality.finish_line import finish_line
from benchmarks.search_quality.games import Match, play_all
from benchmarks.search_quality.play import Game
from benchmarks.search_quality.plot import draw
from benchmarks.search_quality.proposal_time import proposal_time
from benchmarks.search_quality.rivals import make_rivals
from benchmarks.search_quality.tables import ULSAM_DIGITS, load_table, ulsam_digits

HERE = Path(__file__).parent
OURS = "ulsam-search"
CHEAP = (OURS, "random", "TPE", "NSGA-II")
OTHER_TABLES = (
    "params",
    "params+flops",
    "flops:shuffled",
    *(f"flops:sub-space:{seed}" for seed in range(3)),
    "ulsam digits",
)
_EPOCH_SEEDS = 20
PACKAGES = ("torch", "optuna", "botorch", "gpytorch", "numpy", "scipy", "moocore")


def games() -> Iterator[Match]:
    """All that is played; the slow rivals fewer trials, and qLogNEHVI, minutes a game, fewer seeds."""
    for at_once in (1, 16):
        for seed in range(20):
            for sampler in CHEAP:
                yield Match(table="flops", sampler=sampler, at_once=at_once, seed=seed, trials=200)
            yield Match(table="flops", sampler="GPSampler", at_once=at_once, seed=seed, trials=100)
        for seed in range(5 if at_once == 1 else 2):
            yield Match(table="flops", sampler="qLogNEHVI", at_once=at_once, seed=seed, trials=100)
    for table in OTHER_TABLES:
        for seed in range(10):
            for sampler in (OURS, "random", "TPE", "NSGA-II"):
                yield Match(table=table, sampler=sampler, at_once=1, seed=seed, trials=100)


def main() -> None:
    options = argparse.ArgumentParser(prog="benchmarks.search_quality")
    options.add_argument("--macro", type=Path, required=True, help="NAS-Bench-Macro as CSV")
    options.add_argument("--memory", type=Path, default=HERE / "games.jsonl", help="games that are over")
    options.add_argument("--jobs", type=int, default=1)
    options.add_argument("--only", nargs="*", help="samplers that play now; of the others what is over counts")
    chosen = options.parse_args()
    played: dict[tuple[str, str, int], list[Game]] = defaultdict(list)
    now = make_rivals() if chosen.only is None else chosen.only
    for match, game in play_all(list(games()), now, chosen.macro, chosen.memory, chosen.jobs):
        played[match.table, match.sampler, match.at_once].append(game)
        print(match, {trials: round(share, 4) for trials, share in game.missing.items()}, flush=True)
    names = {table: load_table(table, chosen.macro).name for table in ("flops", *OTHER_TABLES)}
    rows = [
        {"table": names[table], "sampler": sampler, "at_once": at_once, **_row(group)}
        for (table, sampler, at_once), group in sorted(played.items())
    ]
    epochs = _epochs()
    honest = finish_line(load_table("flops", chosen.macro), seeds=10)
    figures = {"missing": rows, "epochs": epochs, "finish_line": honest, "proposal": proposal_time()}
    save(HERE / "result.json", figures, PACKAGES)
    draw(figures)


def _row(played: Sequence[Game]) -> dict[str, object]:
    return {
        "n": len(played),
        "missing": {
            str(trials): _mean_and_spread([game.missing[trials] for game in played]) for trials in played[0].missing
        },
        "seconds_a_game": mean(game.seconds for game in played),
        "repeats": mean(game.repeats for game in played),
    }


def _epochs() -> list[dict[str, object]]:
    """Early stopping on the table of ULSAM networks: what is missing by epochs spent, in whole trainings."""
    table, rows = ulsam_digits(ULSAM_DIGITS), []
    for name, stopping in ((OURS, "none"), (OURS, "front"), (OURS, "ASHA"), ("TPE", "none"), ("TPE", "ASHA"),
                           ("random", "none")):  # fmt: skip
        shares: list[Mapping[int, float]] = [
            play_epochs(table, make_rivals()[name](table, seed), stopping, seed)  # type: ignore[arg-type]
            for seed in range(_EPOCH_SEEDS)
        ]
        missing = {str(step): _mean_and_spread([share[step] for share in shares]) for step in shares[0]}
        rows.append({"sampler": name, "stopping": stopping, "n": _EPOCH_SEEDS, "missing": missing})
    return rows


def _mean_and_spread(shares: Sequence[float]) -> dict[str, float]:
    return {"mean": mean(shares), "sd": stdev(shares) if len(shares) > 1 else 0.0}


if __name__ == "__main__":
    main()
