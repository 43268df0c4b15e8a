"""What is left to find, as it was estimated: light to import where it is kept or read."""

from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class HypervolumeGap:
    """By how much the front's hypervolume could still grow, as a share of what it is.

    Attributes:
        mean: the expectation.
        upper: what it is at most, with 95 % confidence.
    """

    mean: float
    upper: float

    def __str__(self) -> str:
        return f"{self.mean:.1%} expected, at most {self.upper:.1%} with {CONFIDENCE:.0%} confidence"
