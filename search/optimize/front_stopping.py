"""Ends the trainings that the front will not miss.

Successive halving by accuracy alone (ASHA) ends small networks first, and small networks are half of any front. This
rule ends a training only if networks at no higher cost lead at the same rung by more than chance. These networks would
keep it off the front. A network that is cheap for its accuracy continues, at any accuracy.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import hypot

from search.optimize.early_stopping import EarlyStop, Rival


class FrontStopping:
    """Judges each score at a rung by the scores noted there before; higher scores are better, lower costs.

    Args:
        lead: how many standard deviations of a difference two scores must be apart.
        rivals: how many networks must lead.
    """

    def __init__(self, *, lead: float = 2.0, rivals: int = 2) -> None:
        self._lead = lead
        self._rivals = rivals
        self._scores: dict[int, dict[int, tuple[tuple[float, ...], float, float]]] = defaultdict(dict)
        self._doubted: set[int] = set()

    def observe(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> None:
        """Notes a score at a rung without a decision.

        Args:
            number: of the trial.
            costs: of its network, always in the same order; lower is better.
            rung: epochs trained.
            score: after these epochs; higher is better.
            noise: standard deviation of the score around what the network would score on average.
        """
        self._scores[rung][number] = (tuple(costs), score, noise)

    def forget(self, number: int) -> None:
        """Removes the scores of trial ``number``, which failed: a failed trial keeps no other off the front."""
        for scores in self._scores.values():
            scores.pop(number, None)

    def doubt(self, number: int) -> None:
        """Sets aside the scores of trial ``number``, which crashed and may crash again."""
        self._doubted.add(number)

    def trust(self, number: int) -> None:
        """Counts the scores of trial ``number`` again: the trial passed the epoch where it crashed."""
        self._doubted.discard(number)

    def judge(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> EarlyStop | None:
        """Notes a score at a rung, and returns why the training should end; None: the training continues.

        Args:
            number: of the trial.
            costs: of its network, always in the same order; lower is better.
            rung: epochs trained.
            score: after these epochs; higher is better.
            noise: standard deviation of the score around what the network would score on average.
        """
        self.observe(number, costs, rung, score, noise)
        leading = []
        for other, (other_costs, other_score, other_noise) in self._scores[rung].items():
            if other in self._doubted or other_score <= score:
                continue
            if any(theirs > ours for theirs, ours in zip(other_costs, costs, strict=True)):
                continue
            margin = self._lead * hypot(noise, other_noise)
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
