"""Which network to train once more, so that the front is not luck."""

from collections import Counter
from collections.abc import Sequence

from search.record.certainty import on_front
from search.record.facts import StudyFacts
from search.record.result import TrialRecord, complete
from ulsam import ArchConfig

_SURE = 0.02  # a probability nearer than this to 0 or 1 is not in doubt


def in_doubt(
    ended: Sequence[TrialRecord], running: Sequence[TrialRecord], facts: StudyFacts
) -> tuple[ArchConfig, int] | None:
    """The network of which it is least sure whether it is on the front, and its next seed; None: all are sure.

    The k-th further training of any network has the same seed, hence the same data order and views: differences
    between networks are not differences between seeds.
    """
    trained = Counter(trial.arch for trial in (*ended, *running))
    probabilities = on_front(ended, facts)
    doubts = {
        network.arch: share * (1 - share) / trained[network.arch]
        for network in complete(ended)
        if _SURE < (share := probabilities[network.number]) < 1 - _SURE
    }
    if not doubts:
        return None
    arch = max(doubts, key=lambda arch: doubts[arch])
    return arch, facts.search.seed + trained[arch]
