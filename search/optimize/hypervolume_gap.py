"""The estimate of what is left to find, in a file that is light to import."""

from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class HypervolumeGap:
    """By how much the front's hypervolume could still grow, as a share of its present value.

    Attributes:
        mean: the expected growth.
        upper: the bound that the growth exceeds with a probability of 5 % at most.
    """

    mean: float
    upper: float

    def __str__(self) -> str:
        return f"{self.mean:.1%} expected, at most {self.upper:.1%} with {CONFIDENCE:.0%} confidence"
