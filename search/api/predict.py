"""Predictions of an exported network for photographs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from search.api.arguments import check_at_least
from search.artifacts.predict import Prediction
from search.artifacts.predict import predict as predict_images


def predict(folder: Path, images: Sequence[Path], top: int = 3) -> Iterator[Prediction]:
    """Returns an iterator over the likeliest classes of photographs, in the order of ``images``.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        images: photographs of any size; the prediction for one that can't be read says why.
        top: the number of classes for each, at least 1.

    Raises:
        UsageError: ``top`` is below 1, an image does not exist, or files of the network are missing or damaged. Raised
            by the call itself, before the first prediction.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    check_at_least(1, top=top)
    return predict_images(folder, images, top)
