"""Whether other programs keep this machine busy while something is to be timed on it."""

import psutil

_MUCH = 0.15  # of all cores; a desktop that nobody uses takes a few percent


def busy_share(seconds: float = 0.5) -> float:
    """The share of this machine's cores that are at work, 0 to 1, over ``seconds`` in which the caller only waits."""
    return float(psutil.cpu_percent(seconds)) / 100


def doubt(share: float) -> str | None:
    """What to think of times that are measured while others keep ``share`` of a machine busy; None: nothing."""
    if share <= _MUCH:
        return None
    return f"other programs keep {share:.0%} of this machine busy: these times may be too long, and others next time"
