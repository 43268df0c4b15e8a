"""A part of the images of train and val together, that one training leaves out and is scored on."""

from dataclasses import dataclass
from typing import Self

from pipelines.errors import RangeError


@dataclass(frozen=True, slots=True)
class Fold:
    """One of several parts of the images of train and val together.

    Attributes:
        number: from 0.
        of: the number of parts, at least 2.

    Raises:
        RangeError: there is no such part.
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if self.of < 2:
            raise RangeError(where="folds", expected="at least 2", got=self.of)
        if not 0 <= self.number < self.of:
            raise RangeError(where="fold", expected=f"0 to {self.of - 1}", got=self.number)

    def __str__(self) -> str:
        return f"fold {self.number} of {self.of}"

    @classmethod
    def of_seed(cls, seed: int, folds: int) -> Self:
        """Returns the fold that a training leaves out; ``folds`` seeds in a row leave out one each.

        Args:
            seed: of the training, at least 0.
            folds: their number, at least 2.
        """
        return cls(seed % folds, folds)
