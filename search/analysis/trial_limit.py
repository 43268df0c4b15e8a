"""The most trials of a search: no more than were asked for, and no more than its space has networks for."""

from collections.abc import Sequence
from typing import overload

from search.study.spec import StudySpec
from search.study.trial import TrialRecord


@overload
def most_trials(spec: StudySpec, asked: int, adopted: Sequence[TrialRecord] = ()) -> int: ...
@overload
def most_trials(spec: StudySpec, asked: int | None, adopted: Sequence[TrialRecord] = ()) -> int | None: ...
def most_trials(spec: StudySpec, asked: int | None, adopted: Sequence[TrialRecord] = ()) -> int | None:
    """Returns the most trials that a search has in the end, those included that it takes over.

    Each network is trained once; then ``search.confirm`` is the share of further trainings, of networks in doubt. A
    search that stops early (``search.stop_when``), or has no network in doubt, has fewer.

    Args:
        spec: the search.
        asked: how many trials it is to have, those included that it takes over; None: no number limits it.
        adopted: the trials among these that it takes over from other searches.

    Returns:
        The number; None: no number is requested, and the networks are too many to count.
    """
    if spec.networks is None:
        return asked
    networks = spec.networks - len({trial.candidate for trial in adopted})
    if asked is not None:
        own = asked - len(adopted)
        if networks >= own - int(spec.search.confirm * own):
            return asked
    return len(adopted) + networks + int(spec.search.confirm * networks)
