"""The network to train once more, so that the front is not luck."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from math import inf

from search.analysis.front import complete
from search.analysis.uncertainty import on_front
from search.analysis.won import comparisons
from search.run.time_budget import within
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate

_SURE = 0.02  # a probability nearer than this to 0 or 1 is not in doubt


def further_seed(
    ended: Sequence[TrialRecord],
    under_way: Sequence[TrialRecord],
    spec: StudySpec,
    asked: int,
    *,
    over: bool,
    most_flops: float = inf,
) -> tuple[Candidate, int] | None:
    """Returns the network to train with a further seed, and that seed; None: not now, or no more.

    The last part of the trials is for networks in doubt: the share ``search.confirm`` of those that are not taken over.

    Args:
        ended: the trials that have ended.
        under_way: the trials that have begun and not ended.
        spec: the search.
        asked: the requested number of trials, including reused ones.
        over: whether no further network is tried; the last part is then a share of the trials so far.
        most_flops: FLOPs of the most expensive network whose training would end in time.
    """
    begun = (*ended, *under_way)
    own = [trial for trial in begun if trial.origin is None]
    further = sum(trial.seed != spec.search.seed for trial in own)
    whole = len(own) - further if over else asked - (len(begun) - len(own))
    left = int(spec.search.confirm * whole) - further
    if left <= 0 or not (over or len(begun) >= asked - left):
        return None
    return most_uncertain(ended, under_way, spec, most_flops)


def most_uncertain(
    ended: Sequence[TrialRecord], under_way: Sequence[TrialRecord], spec: StudySpec, most_flops: float = inf
) -> tuple[Candidate, int] | None:
    """Returns the network most in doubt of being on the front, and its next seed; None: no network is in doubt.

    All networks share the same seeds, and therefore the order of the data and the views, so that a difference between
    networks is not a difference between seeds. In a search with baselines, a network may be compared with a plain
    network. As long as it is in doubt which of the two is better, the plain network first gets each seed of the other
    one.

    Args:
        ended: the trials that have ended.
        under_way: the trials that have begun and not ended; their seeds are taken.
        spec: the search.
        most_flops: FLOPs of the most expensive network to return.
    """
    seeds: defaultdict[Candidate, set[int]] = defaultdict(set)
    for trial in (*ended, *under_way):
        seeds[trial.candidate].add(trial.seed)
    doubts = _doubts_of_front(ended, spec)
    for network, gain in comparisons(spec, ended) if spec.search.baselines else ():
        if (doubt := _doubt(gain.probability)) is None:
            continue
        missing = seeds[network.candidate] - seeds[gain.over]
        if missing and within(spec, gain.over, most_flops):
            return gain.over, min(missing)
        doubts[network.candidate] = max(doubts.get(network.candidate, 0.0), doubt)
    doubts = {candidate: doubt for candidate, doubt in doubts.items() if within(spec, candidate, most_flops)}
    if not doubts:
        return None
    candidate = max(doubts, key=lambda candidate: doubts[candidate] / len(seeds[candidate]))
    return candidate, next(seed for seed in count(spec.search.seed) if seed not in seeds[candidate])


def _doubts_of_front(ended: Sequence[TrialRecord], spec: StudySpec) -> dict[Candidate, float]:
    """Returns how much each network is in doubt of being on the front; networks that are not in doubt are left out."""
    probabilities = on_front(ended, spec)
    found = {network.candidate: _doubt(probabilities[network.number]) for network in complete(ended)}
    return {candidate: doubt for candidate, doubt in found.items() if doubt is not None}


def _doubt(probability: float) -> float | None:
    """Returns the variance of an event with this ``probability``; None: the event is not in doubt."""
    return probability * (1 - probability) if _SURE < probability < 1 - _SURE else None
