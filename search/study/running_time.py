"""For how long a search ran."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from search.study.trial import TrialRecord

_PAUSE = timedelta(minutes=1)  # between two trials; what is shorter is the search's own: it proposes, workers start


def seconds_running(trials: Iterable[TrialRecord]) -> float:
    """Returns the seconds in which a search of ``trials`` ran, without the breaks between its launches.

    The driver counts the seconds by a monotonic clock. For trials of versions that did not, they are those in which at
    least one trial ran.
    """
    trials = list(trials)
    counted = [trial.search_seconds for trial in trials if trial.search_seconds is not None]
    return max(counted) if counted else _union([_span(trial) for trial in trials if trial.ended is not None])


def own(trials: Iterable[TrialRecord]) -> Iterator[TrialRecord]:
    """Yields the trials that the search ran itself, without those that it took over from other searches."""
    return (trial for trial in trials if trial.origin is None)


def _span(trial: TrialRecord) -> tuple[datetime, datetime]:
    """Returns the start and the end of a trial.

    After an interruption, the start is the end less the seconds of training.
    """
    assert trial.ended is not None, f"trial {trial.number} is {trial.status}"
    if trial.result is not None and trial.result.interruptions:
        return trial.ended - timedelta(seconds=trial.result.seconds), trial.ended
    return trial.started, trial.ended


def _union(spans: list[tuple[datetime, datetime]]) -> float:
    """Returns the seconds within at least one of ``spans``, or in a short pause between two."""
    total, until = timedelta(), None
    for begin, end in sorted(spans):
        if until is None or begin > until + _PAUSE:
            until = begin
        total += max(timedelta(), end - until)
        until = max(until, end)
    return total.total_seconds()
