"""Which network to train once more, so that the front is not luck."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count

from search.analysis.front import complete
from search.analysis.uncertainty import on_front
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate

_SURE = 0.02  # a probability nearer than this to 0 or 1 is not in doubt


def further_seed(
    ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], spec: StudySpec, asked: int, *, over: bool
) -> tuple[Candidate, int] | None:
    """The network to train with a further seed, and that seed; None: not now, or no more.

    The last part of the trials is for networks in doubt: the share ``search.confirm`` of those that are not taken over.

    Args:
        ended, under_way: the trials so far.
        spec: of the search.
        asked: how many trials it shall have.
        over: whether no further network is tried; the last part is then that of the trials there were.
    """
    begun = (*ended, *under_way)
    own = [trial for trial in begun if trial.origin is None]
    further = sum(trial.seed != spec.search.seed for trial in own)
    whole = len(own) - further if over else asked - (len(begun) - len(own))
    left = int(spec.search.confirm * whole) - further
    if left <= 0 or not (over or len(begun) >= asked - left):
        return None
    return most_uncertain(ended, under_way, spec)


def most_uncertain(
    ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], spec: StudySpec
) -> tuple[Candidate, int] | None:
    """The network of which it is least sure whether it is on the front, and its next seed; None: all are sure.

    All networks share their seeds, the search's and those that follow it, hence data order and views: differences
    between networks are not differences between seeds.
    """
    seeds: defaultdict[Candidate, set[int]] = defaultdict(set)
    for trial in (*ended, *under_way):
        seeds[trial.candidate].add(trial.seed)
    probabilities = on_front(ended, spec)
    doubts = {
        network.candidate: share * (1 - share) / len(seeds[network.candidate])
        for network in complete(ended)
        if _SURE < (share := probabilities[network.number]) < 1 - _SURE
    }
    if not doubts:
        return None
    candidate = max(doubts, key=lambda candidate: doubts[candidate])
    return candidate, next(seed for seed in count(spec.search.seed) if seed not in seeds[candidate])
