"""Whether other programs keep this machine busy while something is to be timed, or trained, on it."""

import psutil

TIMES = "these times may be too long, and may differ next time"
TRAINING = "threads then wait for each other; training with fewer threads (OMP_NUM_THREADS=1) may be faster"
_MUCH = 0.15  # of all cores; a desktop that nobody uses takes a few percent


def busy_share(seconds: float = 0.5) -> float:
    """Returns the share of this machine's cores that are busy, from 0 to 1.

    Args:
        seconds: the time to measure; the caller waits.
    """
    return float(psutil.cpu_percent(seconds)) / 100


def doubt(share: float, so: str = TIMES) -> str | None:
    """Returns a warning about other programs on this machine; None: they are not busy enough for one.

    Args:
        share: of the cores that other programs keep busy, from 0 to 1.
        so: the consequence, the last part of the warning.
    """
    return None if share <= _MUCH else f"other programs use {share:.0%} of this machine's cores: {so}"
