"""The objectives of an Optuna study, of which one is uncertain and the others are known."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from optuna.study import Study, StudyDirection


class ObjectivesError(ValueError):
    """A study's objectives are not one uncertain and one or two known ones.

    Attributes:
        objectives: how many the study has.
        uncertain: the index of the one that the caller calls uncertain.
    """

    def __init__(self, objectives: int, uncertain: int) -> None:
        super().__init__(objectives, uncertain)
        self.objectives = objectives
        self.uncertain = uncertain

    def __str__(self) -> str:
        return (
            "KnownCostSampler: expected one uncertain and one or two known objectives, and uncertain to be the "
            f"index of the first, got {self.objectives} objectives and uncertain={self.uncertain}"
        )


class ReferenceLengthError(ValueError):
    """A reference point has not one value an objective.

    Attributes:
        objectives: how many the study has.
        reference: the point.
    """

    def __init__(self, objectives: int, reference: tuple[float, ...]) -> None:
        super().__init__(objectives, reference)
        self.objectives = objectives
        self.reference = reference

    def __str__(self) -> str:
        return f"reference: expected {self.objectives} values, one an objective, got {self.reference}"


class LimitWeightError(ValueError):
    """A weight is below 0, or no number.

    Attributes:
        weight: as it was given.
    """

    def __init__(self, weight: float) -> None:
        super().__init__(weight)
        self.weight = weight

    def __str__(self) -> str:
        return f"limit_weight: expected 0 or more, got {self.weight}"


def signs_of(study: Study, uncertain: int, reference: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Returns 1 for each objective that is maximised, -1 for each that is minimised: (objectives,).

    Args:
        study: whose objectives they are.
        uncertain: the index of the uncertain one.
        reference: the worst values that count, one an objective; None: there are none.

    Raises:
        ObjectivesError: the study's objectives are not one uncertain and one or two known ones.
        ReferenceLengthError: ``reference`` has not one value an objective.
    """
    count = len(study.directions)
    if count not in (2, 3) or not 0 <= uncertain < count:
        raise ObjectivesError(count, uncertain)
    if reference is not None and len(reference) != count:
        raise ReferenceLengthError(count, tuple(reference))
    return np.array([1.0 if way is StudyDirection.MAXIMIZE else -1.0 for way in study.directions])
