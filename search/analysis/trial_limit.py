"""The most trials of a search: no more than were asked for, and no more than its space has networks for."""

from collections.abc import Sequence

from search.study.spec import StudySpec
from search.study.trial import TrialRecord


def most_trials(spec: StudySpec, asked: int, adopted: Sequence[TrialRecord] = ()) -> int:
    """Returns the most trials that a search has in the end, those included that it takes over.

    Each network is trained once; then ``search.confirm`` is the share of further trainings, of networks in doubt. A
    search that stops early (``search.stop_when``), or has no network in doubt, has fewer.

    Args:
        spec: the search.
        asked: how many trials it is to have, those included that it takes over.
        adopted: the trials among these that it takes over from other searches.
    """
    if spec.networks is None:
        return asked
    own, networks = asked - len(adopted), spec.networks - len({trial.candidate for trial in adopted})
    if networks >= own - int(spec.search.confirm * own):
        return asked
    return len(adopted) + networks + int(spec.search.confirm * networks)
