"""What a rule of early stopping is asked, and what it answers. The rules, by name: ``stopping_rules.py``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

Noise = Callable[[float], float]
"""Of a score: its standard deviation around what is scored on average."""


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
        noise: the most that any of them had to lead by.
        reason: in words, of a rule that has a reason other than the lead of networks no more expensive.
    """

    rung: int
    rivals: tuple[Rival, ...]
    noise: float
    reason: str = ""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """What ``dataclasses.asdict`` made of one, also by way of JSON."""
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

    def judge(self, number: int, costs: Sequence[float], rung: int, score: float) -> EarlyStop | None:
        """Notes the score, and says whether and why the training should end; None: it goes on."""

    def observe(self, number: int, costs: Sequence[float], rung: int, score: float) -> None:
        """Notes the score of trial ``number`` at ``rung``, which was judged before."""

    def forget(self, number: int) -> None:
        """Takes back what trial ``number`` scored: it failed."""

    def doubt(self, number: int) -> None:
        """Sets aside what trial ``number`` scored: it crashed, and may do so again."""

    def trust(self, number: int) -> None:
        """Counts what trial ``number`` scored: it passed the epoch where it crashed."""
