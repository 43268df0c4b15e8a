"""Estimates of final scores from the scores after part of a training."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_ENOUGH = 5  # complete trials, before their own gains are trusted
_SPREAD = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """The final score that a stopped training would have reached: ``value``, with variance ``noise`` around it."""

    value: float
    noise: float


@dataclass(frozen=True, slots=True)
class _Line:
    """A line from scores at a rung to final scores: through the means ``at`` and ``final``, with variance ``noise``."""

    at: float
    final: float
    slope: float
    noise: float


class FinalScoreEstimator:
    """Estimates the final scores of stopped trainings from completed ones.

    For each rung, it fits a line through the scores at that rung and the final scores. Where completed trainings are
    few, the line is drawn towards a slope of 1: all gain alike.

    Args:
        complete: scores by rung (epochs trained) and final score of trainings that were completed.
    """

    def __init__(self, complete: Iterable[tuple[Mapping[int, float], float]]) -> None:
        pairs: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
        for scores, final in complete:
            for rung, score in scores.items():
                pairs[rung].append((score, final))
        self._lines = {rung: _fit(there) for rung, there in pairs.items() if len(there) > 1}

    def estimate(self, stopped: Mapping[int, float]) -> Estimate | None:
        """Returns the estimated final score of a training; None: there is no rung to estimate from.

        Args:
            stopped: its scores by rung (epochs trained). The estimate is from the highest rung that has a line.
        """
        known = stopped.keys() & self._lines.keys()
        if not known:
            return None
        line = self._lines[max(known)]
        return Estimate(line.final + line.slope * (stopped[max(known)] - line.at), line.noise)


def _fit(pairs: Sequence[tuple[float, float]]) -> _Line:
    at, final = np.array(pairs).T
    centre, spread = at.mean(), at.var()
    # Ridge towards slope 1, with the weight of a few more trainings.
    together = ((at - centre) * (final - final.mean())).sum() + _ENOUGH * spread
    slope = together / (((at - centre) ** 2).sum() + _ENOUGH * spread) if spread > 0 else 1.0
    residuals = final - final.mean() - slope * (at - centre)
    noise = (residuals**2).sum() / max(1, len(pairs) - 2)
    if len(pairs) < _ENOUGH:
        noise = max(noise, final.var()) * _SPREAD
    return _Line(float(centre), float(final.mean()), float(slope), float(noise))
