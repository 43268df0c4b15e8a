"""What each choice contributes: pairs of networks of the pool that differ in one choice, trained with the same seed."""

from collections.abc import Iterator
from itertools import product

from benchmarks.campaign import mean_and_error
from benchmarks.outcome.pool import CHOICES, SIZES, chosen
from benchmarks.outcome.table import NUM_CLASSES, Table
from benchmarks.transfer.networks import GROUPS
from spaces import Candidate

Choices = tuple[str, ...]  # one of CHOICES for each of GROUPS
Pair = tuple[Candidate, Candidate]
PAIRS = (("ulsam", "without"), ("ulsam", "keep"), ("without", "keep"))


def effects(table: Table) -> dict[str, dict[str, float]]:
    """Returns, by the choice, how many points more the first of two gives than the other on the images of the report.

    Each effect is the mean over all pairs that both have trainings with the same seeds, with its standard error. No
    network is in two pairs of one effect, so that pairs share no training. All are scored on the same images: the error
    does not include what other images would change.
    """
    found = {f"{max(SIZES)} over {min(SIZES)} pixels": _effect(table, _sizes())}
    for one, other in PAIRS:
        for number, group in enumerate(GROUPS):
            found[f"{group}: {one} over {other}"] = _effect(table, _pairs(number, one, other))
    return found


def _sizes() -> Iterator[Pair]:
    for choices in product(CHOICES, repeat=len(GROUPS)):
        yield _network(max(SIZES), choices), _network(min(SIZES), choices)


def _pairs(number: int, one: str, other: str) -> Iterator[Pair]:
    """The pairs that differ in the group of that number alone."""
    for size, rest in product(SIZES, product(CHOICES, repeat=len(GROUPS) - 1)):
        before, after = rest[:number], rest[number:]
        yield _network(size, (*before, one, *after)), _network(size, (*before, other, *after))


def _network(size: int, choices: Choices) -> Candidate:
    return chosen(size, choices, NUM_CLASSES).candidate


def _effect(table: Table, pairs: Iterator[Pair]) -> dict[str, float]:
    differences = []
    for one, other in pairs:
        own, others = (table.trainings.get(network, {}) for network in (one, other))
        both = sorted(own.keys() & others.keys())
        if both:
            differences.append(100 * sum(own[seed].report - others[seed].report for seed in both) / len(both))
    points, error = mean_and_error(differences)
    return {"points": round(points, 2), "error": round(error, 2), "pairs": len(differences)}
