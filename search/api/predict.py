"""What an exported network says of photographs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from search.api.arguments import check_at_least
from search.artifacts.predict import Prediction
from search.artifacts.predict import predict as predict_images


def predict(folder: Path, images: Sequence[Path], top: int = 3) -> Iterator[Prediction]:
    """The likeliest classes of photographs, one by one.

    Args:
        folder: what export or train wrote.
        images: photographs; of one that can't be read the prediction says why.
        top: how many classes of each.

    Raises:
        UsageError: ``top`` is below 1, the folder is missing or damaged, or an image is not there: before the first
            prediction.
    """
    check_at_least(1, top=top)
    return predict_images(folder, images, top)
