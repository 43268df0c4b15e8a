"""Scores an exported network, rebuilt from its folder alone."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pipelines.loading.augment import Normaliser
from pipelines.measuring.processor import device_name
from pipelines.split import Split
from pipelines.storage.beton import BetonFile
from pipelines.storage.image_names import read_image_names
from pipelines.storage.manifest import beton_path, file_sha256
from pipelines.storage.remote import DataLocation
from pipelines.training.own_metric import OwnMetric
from pipelines.training.predicting import predictions_on
from pipelines.training.score import Score
from pipelines.training.scoring import score
from search.analysis.error_analysis import ErrorAnalysis, analyse_errors
from search.artifacts.model import OtherWeightsError, load_model
from search.artifacts.network import INT8_NAME, ExportedNetwork
from search.artifacts.open_data import open_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores of an exported network.

    Attributes:
        network: that was scored.
        data: the folder of the data.
        val, test: the scores on the validation and the test split.
        errors: where the network errs on the test split.
        pictures: the images of ``errors.highest_loss`` as prepared, uint8 (images, side, side, 3) RGB.
        device: ``cpu`` or the GPU's name.
        int8: as ``scores``, of the network in 8-bit integers; None: it was not quantized, or the file is gone.
        other_folds: whether the data have other groups, so that the network may have learned from validation images.
    """

    network: ExportedNetwork
    data: Path
    val: Score
    test: Score
    errors: ErrorAnalysis
    pictures: NDArray[np.uint8]
    device: str
    int8: dict[str, Score] | None
    other_folds: bool

    @property
    def scores(self) -> dict[str, Score]:
        """Both scores, by the name of their split in words."""
        return {"validation": self.val, "test": self.test}

    @property
    def reproduced(self) -> bool:
        """Whether the same number of validation images is classified correctly as was recorded."""
        return (self.val.correct, self.val.images) == (self.network.measured.correct, self.network.measured.images)


def evaluate(folder: Path, data: DataLocation | None = None, own_metric: OwnMetric | None = None) -> Evaluation:
    """Scores the network in ``folder`` on the validation and the test split, under the recorded conditions.

    The test split is predicted once more for the errors on it. Where a search with folds trained the network, the
    validation images are those of the fold that it left out.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        data: where the prepared data are now; None: where they were when the network was trained.
        own_metric: a function of the user's own to score by as well; None: there is none.

    Raises:
        OtherWeightsError: ``model.int8.onnx`` is not the file that was scored.
        UsageError: files of the network are missing or damaged.
        WeightsError: the weights are missing, or are those of another network.
        DataError: the data are missing, damaged, or not those that the network was trained on.
    """
    network, model = load_model(folder)
    device = torch.device("cuda" if network.measured.device != "cpu" and torch.cuda.is_available() else "cpu")
    torch.set_num_threads(network.measured.threads)
    fold, threads = network.measured.fold, network.measured.threads
    splits: tuple[Split, ...] = ("val", "test") if fold is None else ("train", "val", "test")
    prepared = open_data(network, data, device, threads=threads, splits=splits, fold=fold)
    model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    flip, own = network.recipe.flip_average, None if own_metric is None else own_metric.load()

    def on(split: Split) -> Score:
        return score(model, prepared, split, network.input_size, device, flip_average=flip, own_metric=own)

    quantized = _quantized(network, folder)

    def int8_on(split: Split) -> Score:
        assert quantized is not None
        return score(quantized, prepared, split, network.input_size, device, own_metric=own)

    predictions = predictions_on(model, prepared, "test", network.input_size, device, flip_average=flip)
    groups = prepared.manifest.groups
    names = read_image_names(prepared.folder, "test", len(predictions.labels))
    errors = analyse_errors(predictions, network.data.classes, names)
    worst = np.array([image.index for image in errors.highest_loss], np.int64)
    return Evaluation(
        network=network,
        data=prepared.folder,
        val=on("val"),
        test=on("test"),
        errors=errors,
        pictures=BetonFile(beton_path(prepared.folder, "test")).images(worst),
        device=device_name(device),
        int8=None if quantized is None else {"validation": int8_on("val"), "test": int8_on("test")},
        other_folds=network.measured.has_other_folds(None if groups is None else groups.sha256),
    )


def _quantized(network: ExportedNetwork, folder: Path) -> nn.Module | None:
    """Returns the network in 8-bit integers; None: it was not quantized, or the file is gone.

    Raises:
        OtherWeightsError: the file is not the one that was scored.
    """
    file, int8 = (folder.parent if folder.is_file() else folder) / INT8_NAME, network.measured.int8
    if int8 is None or not file.is_file():
        return None
    if file_sha256(file) != int8.sha256:
        raise OtherWeightsError("not the file that was scored (SHA-256 differs)", where=file)
    from search.artifacts.int8.onnx_network import OnnxNetwork  # loads ONNX Runtime

    normalise = Normaliser(network.data.mean, network.data.std, torch.device("cpu"))
    return OnnxNetwork(file, normalise, network.measured.threads)
