"""Figures in words, for people."""

from collections.abc import Sequence
from datetime import datetime


def duration(seconds: float | None) -> str:
    """A time in words: ``42 s``, ``5 min``, ``3.1 h``."""
    if seconds is None:
        return "unknown"
    # Rounded first, so that no unit is used beyond where the next begins.
    if round(seconds) < 90:
        return f"{seconds:.0f} s"
    minutes = round(round(seconds) / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h"


def ago(moment: datetime, at: datetime) -> str:
    """How long before ``at`` that was."""
    return duration(max(0.0, (at - moment).total_seconds()))


def significant(number: float, digits: int = 3) -> str:
    """A number rounded to so many significant digits, without an exponent: 1234.5 is ``1,230``."""
    return f"{float(f'{number:.{digits}g}'):,.12g}"


def counted(count: float, noun: str) -> str:
    """``1 epoch``, ``2 epochs``, ``0.5 GPUs``."""
    return f"{count:,.12g} {noun}{'' if count == 1 else 's'}"


def pixels(sizes: Sequence[int]) -> str:
    """Heights and widths of images to choose from: ``64, 80 or 96 px``."""
    *first, last = map(str, sizes)
    return f"{', '.join(first)} or {last} px" if first else f"{last} px"
