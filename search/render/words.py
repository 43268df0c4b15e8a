"""Figures in words, for readers."""

from collections.abc import Sequence
from datetime import datetime


def duration(seconds: float | None) -> str:
    """Returns a time in words: ``42 s``, ``5 min``, ``3.1 h``; ``unknown`` for None."""
    if seconds is None:
        return "unknown"
    # Rounded first, so that no unit is used beyond where the next begins.
    if round(seconds) < 90:
        return f"{seconds:.0f} s"
    minutes = round(round(seconds) / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h"


def ago(moment: datetime, at: datetime) -> str:
    """Returns the time from ``moment`` to ``at`` in words; ``0 s`` where ``at`` is earlier.

    Args:
        moment: the earlier moment, with its time zone.
        at: the later moment, with its time zone.
    """
    return duration(max(0.0, (at - moment).total_seconds()))


def significant(number: float, digits: int = 3) -> str:
    """Returns a number rounded to significant digits, without an exponent: 1234.5 is ``1,230``.

    Args:
        number: finite.
        digits: how many are significant, at least 1.
    """
    return f"{float(f'{number:.{digits}g}'):,.12g}"


def counted(count: float, noun: str) -> str:
    """Returns a count with its noun: ``1 epoch``, ``2 epochs``, ``0.5 GPUs``.

    Args:
        count: may be a fraction.
        noun: in the singular; its plural must end in ``s``.
    """
    return f"{count:,.12g} {noun}{'' if count == 1 else 's'}"


def of_total(count: int, total: int | None) -> str:
    """Returns ``12 of 50``; without a total ``12``.

    Args:
        count: the number so far.
        total: the number in the end; None: not known.
    """
    return f"{count}" if total is None else f"{count} of {total}"


def pixels(sizes: Sequence[int]) -> str:
    """Returns the heights and widths of images to choose from: ``64, 80 or 96 px``; at least one."""
    *first, last = map(str, sizes)
    return f"{', '.join(first)} or {last} px" if first else f"{last} px"
