"""What a search optimises."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """A value of every network that is made as high or as low as can be.

    Attributes:
        name: its key in records.
        label: its name on screen.
        direction: ``maximize`` or ``minimize``, as Optuna says it.
        unit: what is counted, where the label does not say so; else empty.
    """

    name: str
    label: str
    direction: Literal["maximize", "minimize"]
    unit: str = ""
