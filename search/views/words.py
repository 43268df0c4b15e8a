"""Figures in words, for people."""

from datetime import datetime


def duration(seconds: float | None) -> str:
    """A time in words: ``42 s``, ``5 min``, ``3.1 h``."""
    if seconds is None:
        return "unknown"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def ago(moment: datetime, at: datetime) -> str:
    """How long before ``at`` that was."""
    return duration(max(0.0, (at - moment).total_seconds()))


def counted(count: float, noun: str) -> str:
    """``1 epoch``, ``2 epochs``, ``0.5 GPUs``."""
    return f"{count:,.12g} {noun}{'' if count == 1 else 's'}"
