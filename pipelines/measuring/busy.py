"""Whether other programs keep this machine busy while something is to be timed, or trained, on it."""

import psutil

TIMES = "these times may be too long, and others next time"
TRAINING = "threads wait for each other then; with fewer of them, OMP_NUM_THREADS=1, training may be faster"
_MUCH = 0.15  # of all cores; a desktop that nobody uses takes a few percent


def busy_share(seconds: float = 0.5) -> float:
    """The share of this machine's cores that are at work, 0 to 1, over ``seconds`` in which the caller only waits."""
    return float(psutil.cpu_percent(seconds)) / 100


def doubt(share: float, so: str = TIMES) -> str | None:
    """What it means that others keep ``share`` of a machine busy: ``so``; None: it is little."""
    return None if share <= _MUCH else f"other programs keep {share:.0%} of this machine busy: {so}"
