"""What a score after part of a training says of the score after all of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_ENOUGH = 5  # complete trials, before their own gains are trusted
_SPREAD = 2.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a training that was stopped would have scored: ``value``, with variance ``noise`` around it."""

    value: float
    noise: float


@dataclass(frozen=True, slots=True)
class _Line:
    """What those that had ``at`` on average had ``final`` in the end, and how it changes with what they had."""

    at: float
    final: float
    slope: float
    noise: float


class FinalScoreEstimator:
    """What trainings still gain after a rung, and how surely, by those that were completed.

    A line through their scores there and in the end, drawn towards "all gain alike" where they are few.

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
        """What a training with these scores by rung would have scored, from its highest that others passed too.

        None: there is none.
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
