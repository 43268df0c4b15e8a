"""The widest plain network that fits: how wide a network may be, found by its exact costs."""

from collections.abc import Callable
from math import ceil

_STEPS = 100  # widths are looked at in hundredths


def widest_fitting(widest: float, fits: Callable[[float], bool]) -> float | None:
    """Returns the greatest width multiplier that fits, in hundredths, by bisection.

    Args:
        widest: the width multiplier that the result must be below.
        fits: whether the plain network of a width fits; true for every width below one that fits. This holds for costs:
            rounding keeps the order of numbers of channels.

    Returns:
        The width multiplier; None: not even x0.01 fits.
    """
    fitting, above = 0, ceil(widest * _STEPS) + 1
    while above > 0 and (above - 1) / _STEPS >= widest:  # the product above is rounded, up or down
        above -= 1
    while above - fitting > 1:
        middle = (fitting + above) // 2
        if fits(middle / _STEPS):
            fitting = middle
        else:
            above = middle
    return fitting / _STEPS if fitting else None
