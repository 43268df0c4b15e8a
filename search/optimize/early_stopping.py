"""The interface of a rule of early stopping, and its answers. The rules, by name: ``stopping_rules.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A trial that helped to stop another: its ``number``, and its ``lead`` at the rung in scores from 0 to 1."""

    number: int
    lead: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyStop:
    """Why a training was ended.

    Attributes:
        rung: the number of epochs after which the training ended.
        rivals: the trials that the decision rests on, the furthest ahead first.
        noise: the largest lead that the rule asked of any of them, in the unit of the scores.
        reason: in words, where the rule has another reason than the lead of networks that cost no more; else empty.
    """

    rung: int
    rivals: tuple[Rival, ...]
    noise: float
    reason: str = ""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Restores an instance from the output of ``dataclasses.asdict``, also after a way through JSON."""
        rivals = tuple(Rival(**rival) for rival in values["rivals"])
        return cls(**{**values, "rivals": rivals})

    def __str__(self) -> str:
        if self.reason:
            return f"stopped at epoch {self.rung}: {self.reason}"
        first = self.rivals[:2]
        numbers = " and ".join(str(rival.number) for rival in first)
        points = " and ".join(f"{100 * rival.lead:.1f}" for rival in first)
        trials, cost, lead = ("trials", "cost", "lead") if len(first) > 1 else ("trial", "costs", "leads")
        return f"stopped at epoch {self.rung}: {trials} {numbers} {cost} no more and {lead} by {points} points"


class StoppingRule(Protocol):
    """Judges the scores of trainings at rungs; higher scores are better, lower costs."""

    def judge(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> EarlyStop | None:
        """Notes a score at a rung, and returns why the training should end; None: the training continues.

        Args:
            number: of the trial.
            costs: of its network, always in the same order; lower is better.
            rung: epochs trained.
            score: after these epochs; higher is better.
            noise: standard deviation of the score around what the network would score on average.
        """

    def observe(self, number: int, costs: Sequence[float], rung: int, score: float, noise: float) -> None:
        """Notes a score at a rung without a decision: the score was judged before.

        Args:
            number: of the trial.
            costs: of its network, always in the same order; lower is better.
            rung: epochs trained.
            score: after these epochs; higher is better.
            noise: standard deviation of the score around what the network would score on average.
        """

    def forget(self, number: int) -> None:
        """Removes the scores of trial ``number``, which failed."""

    def doubt(self, number: int) -> None:
        """Sets aside the scores of trial ``number``, which crashed and may crash again."""

    def trust(self, number: int) -> None:
        """Counts the scores of trial ``number`` again: the trial passed the epoch where it crashed."""
