"""Which network to train once more, so that the front is not luck."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from search.record.certainty import on_front
from search.record.facts import StudyFacts
from search.record.front import complete
from search.record.result import TrialRecord
from ulsam import ArchConfig

_SURE = 0.02  # a probability nearer than this to 0 or 1 is not in doubt


def in_doubt(
    ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], facts: StudyFacts
) -> tuple[ArchConfig, int] | None:
    """The network of which it is least sure whether it is on the front, and its next seed; None: all are sure.

    All networks share their seeds, the search's and those that follow it, hence data order and views: differences
    between networks are not differences between seeds.
    """
    seeds: defaultdict[ArchConfig, set[int]] = defaultdict(set)
    for trial in (*ended, *under_way):
        seeds[trial.arch].add(trial.seed)
    probabilities = on_front(ended, facts)
    doubts = {
        network.arch: share * (1 - share) / len(seeds[network.arch])
        for network in complete(ended)
        if _SURE < (share := probabilities[network.number]) < 1 - _SURE
    }
    if not doubts:
        return None
    arch = max(doubts, key=lambda arch: doubts[arch])
    return arch, next(seed for seed in count(facts.search.seed) if seed not in seeds[arch])
