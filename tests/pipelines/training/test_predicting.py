"""The predictions on a split are those that its score counts."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.loading.data import PreparedData
from pipelines.storage.beton import BetonFile
from pipelines.storage.manifest import beton_path
from pipelines.training.predicting import predictions_on
from pipelines.training.scoring import score
from tests.pipelines.training.colours import CPU, INPUT_SIZE, network


@pytest.mark.parametrize("flip_average", [False, True])
def test_they_have_the_labels_of_the_file_and_the_accuracy_and_the_loss_of_the_score(
    data: PreparedData, folder: Path, flip_average: bool
) -> None:
    model = network()
    found = predictions_on(model, data, "val", INPUT_SIZE, CPU, flip_average=flip_average)
    scored = score(model, data, "val", INPUT_SIZE, CPU, flip_average=flip_average)
    assert found.labels.tolist() == BetonFile(beton_path(folder, "val")).labels.tolist()
    assert (found.labels == found.predicted).sum() == scored.correct
    assert found.loss.mean() == pytest.approx(scored.loss, abs=1e-6)
    right = found.labels == found.predicted
    assert np.allclose(np.exp(-found.loss[right]), found.probability[right], atol=1e-6)
    assert (found.probability >= 1 / 3).all(), "no class of three is likelier than the likeliest"
    assert (np.exp(-found.loss[~right]) <= found.probability[~right] + 1e-6).all()


def test_the_average_with_the_mirror_image_is_another_prediction(data: PreparedData) -> None:
    plain, averaged = (
        predictions_on(network(), data, "val", INPUT_SIZE, CPU, flip_average=flip) for flip in (False, True)
    )
    assert (plain.loss != averaged.loss).any()
