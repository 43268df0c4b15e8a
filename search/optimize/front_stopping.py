"""Ends the trainings that the front will not miss.

Successive halving by accuracy alone (ASHA) ends small networks first, which is half of any front. Here only
networks that are no more expensive and lead at the same rung by more than chance end a training: those would keep it
off the front. What is cheap for its accuracy goes on, whatever its accuracy.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import hypot

from search.optimize.early_stopping import EarlyStop, Noise, Rival


class FrontStopping:
    """Judges each score at a rung by those there before it; higher scores are better, lower costs.

    Args:
        noise: of a score, its standard deviation around what the network would score on average.
        lead: how many standard deviations of a difference two scores must be apart.
        rivals: how many networks must lead.
    """

    def __init__(self, noise: Noise, *, lead: float = 2.0, rivals: int = 2) -> None:
        self._noise = noise
        self._lead = lead
        self._rivals = rivals
        self._scores: dict[int, dict[int, tuple[tuple[float, ...], float]]] = defaultdict(dict)
        self._doubted: set[int] = set()

    def observe(self, number: int, costs: Sequence[float], rung: int, score: float) -> None:
        """Notes the score of trial ``number`` at ``rung``."""
        self._scores[rung][number] = (tuple(costs), score)

    def forget(self, number: int) -> None:
        """Takes back what trial ``number`` scored: it failed, so it keeps nobody off the front."""
        for scores in self._scores.values():
            scores.pop(number, None)

    def doubt(self, number: int) -> None:
        """Sets aside what trial ``number`` scored: it crashed, and may do so again."""
        self._doubted.add(number)

    def trust(self, number: int) -> None:
        """Counts what trial ``number`` scored: it passed the epoch where it crashed."""
        self._doubted.discard(number)

    def judge(self, number: int, costs: Sequence[float], rung: int, score: float) -> EarlyStop | None:
        """Notes the score, and says whether and why the training should end; None: it goes on."""
        self.observe(number, costs, rung, score)
        leading = []
        own_noise = self._noise(score)
        for other, (other_costs, other_score) in self._scores[rung].items():
            if other in self._doubted or other_score <= score:
                continue
            if any(theirs > ours for theirs, ours in zip(other_costs, costs, strict=True)):
                continue
            margin = self._lead * hypot(own_noise, self._noise(other_score))
            if other_score - score > margin:
                leading.append((Rival(number=other, lead=other_score - score), margin))
        if len(leading) < self._rivals:
            return None
        leading.sort(key=lambda entry: (-entry[0].lead, entry[0].number))
        return EarlyStop(
            rung=rung,
            rivals=tuple(rival for rival, _ in leading),
            noise=max(margin for _, margin in leading),
        )
