"""The widest plain network that fits: how wide a network may be, found by its exact costs."""

from collections.abc import Callable
from math import ceil

_STEPS = 100  # widths are looked at in hundredths


def widest_fitting(widest: float, fits: Callable[[float], bool]) -> float | None:
    """The greatest width multiplier below ``widest``, in hundredths, that ``fits``; None: not even x0.01 does.

    A network that is no wider costs no more, as channels are rounded in the same order: bisection finds it.
    """
    fitting, above = 0, ceil(round(widest * _STEPS, 6))
    while above - fitting > 1:
        middle = (fitting + above) // 2
        if fits(middle / _STEPS):
            fitting = middle
        else:
            above = middle
    return fitting / _STEPS if fitting else None
