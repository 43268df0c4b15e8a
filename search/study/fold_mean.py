"""The folds that a network was scored on, and how they differ from all."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldMean:
    """The folds of a network's scores; see :mod:`search.analysis.fold_effects`.

    Attributes:
        folds: of the scores, in their order; a fold may come several times.
        effect: how much more these folds give any network than the mean of all folds, as a share; None: not estimated.
        variance: that an estimated effect adds to the mean of the scores, relative to the variance of one score.
    """

    folds: tuple[int, ...]
    effect: float | None = None
    variance: float = 0.0

    @property
    def different(self) -> int:
        """How many folds they are."""
        return len(set(self.folds))

    @property
    def image_share(self) -> float:
        """The variance that the images give the mean of the scores, relative to that of one score.

        Different folds have different images, so that it shrinks with their number; scores of one fold share it.
        """
        return sum((count / len(self.folds)) ** 2 for count in Counter(self.folds).values())
