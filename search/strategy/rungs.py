"""What a score after part of a training says of the score after all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_ENOUGH = 5  # complete trials, before their own gains are trusted
_SPREAD = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a training that was stopped would have scored: ``value``, with variance ``noise`` around it."""

    value: float
    noise: float


def final_estimate(
    stopped: Mapping[int, float], complete: Sequence[tuple[Mapping[int, float], float]]
) -> Estimate | None:
    """What a training that was stopped would have scored in the end.

    Trainings that were completed show how much is still gained after a rung, and how surely: a line through their
    scores there and in the end, drawn towards "all gain alike" where they are few.

    Args:
        stopped: its scores by rung (epochs trained).
        complete: scores by rung and final score of trainings that were completed.

    Returns:
        The estimate from its highest rung that completed trainings passed too; None: there is none.
    """
    for rung in sorted(stopped, reverse=True):
        pairs = np.array([(scores[rung], final) for scores, final in complete if rung in scores])
        if len(pairs) < 2:
            continue
        at, final = pairs.T
        centre, spread = at.mean(), at.var()
        # Ridge towards slope 1, with the weight of a few more trainings.
        together = ((at - centre) * (final - final.mean())).sum() + _ENOUGH * spread
        slope = together / (((at - centre) ** 2).sum() + _ENOUGH * spread) if spread > 0 else 1.0
        value = final.mean() + slope * (stopped[rung] - centre)
        residuals = final - final.mean() - slope * (at - centre)
        noise = (residuals**2).sum() / max(1, len(pairs) - 2)
        if len(pairs) < _ENOUGH:
            noise = max(noise, final.var()) * _SPREAD
        return Estimate(float(value), float(noise))
    return None
