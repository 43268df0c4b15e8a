"""Plays many games, several at a time, and remembers those that are over: an interrupted run goes on."""

import json
from collections.abc import Container, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

from benchmarks.search_quality.play import Game, play
from benchmarks.search_quality.rivals import make_rivals
from benchmarks.search_quality.tables import load_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One game to play."""

    table: str
    sampler: str
    at_once: int
    seed: int
    trials: int


def play_all(
    matches: Sequence[Match], now: Container[str], macro: Path, memory: Path, jobs: int
) -> Iterator[tuple[Match, Game]]:
    """Every match with its game: those that ``memory`` has, then the others of the samplers ``now``.

    ``macro`` is the CSV of NAS-Bench-Macro.
    """
    over = dict(_remembered(memory))
    yield from ((match, over[match]) for match in matches if match in over)
    context = get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_one_thread) as pool, memory.open("a") as file:
        futures = {
            pool.submit(_play, match, macro): match for match in matches if match not in over and match.sampler in now
        }
        for future in as_completed(futures):
            match, game = futures[future], future.result()
            file.write(json.dumps({"match": asdict(match), "game": asdict(game)}) + "\n")
            file.flush()
            yield match, game


def _remembered(memory: Path) -> Iterator[tuple[Match, Game]]:
    if memory.exists():
        for line in memory.read_text().splitlines():
            values = json.loads(line)
            game = values["game"]
            missing = {int(trials): share for trials, share in game["missing"].items()}
            yield Match(**values["match"]), Game(**game | {"missing": missing})


def _play(match: Match, macro: Path) -> Game:
    table = load_table(match.table, macro)
    sampler = make_rivals()[match.sampler](table, match.seed)
    return play(table, sampler, trials=match.trials, at_once=match.at_once, seed=match.seed)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
