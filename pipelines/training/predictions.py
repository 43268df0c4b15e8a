"""The prediction of a network for each image of a split."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
PerImage = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predictions:
    """The prediction for each image of a split, in the order of the split's file.

    Attributes:
        labels: the true class of each image, (images,).
        predicted: the class with the highest probability, (images,).
        probability: of the predicted class, from 0 to 1, (images,).
        loss: cross-entropy in nats, (images,).
    """

    labels: Labels
    predicted: Labels
    probability: PerImage
    loss: PerImage
