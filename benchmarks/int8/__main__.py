"""What do 8-bit integers cost in accuracy, and what do corrected biases gain over ONNX Runtime's quantization alone?

    ulsam-search train ARCH.yaml --data DATA --pretrained WEIGHTS --seed 0 --out network-0   # and so on
    python -m benchmarks.int8 network-0 network-1 ...

Each folder is one that ``train`` or ``export`` wrote, with ``model.onnx``. Every network is quantized twice, calibrated
on the same training images with the same settings: by ``quantize_static`` of ONNX Runtime alone, and with biases that
are corrected before. Both files and the network in float32 classify every image of the test split. A difference of two
accuracies has a standard error from the images that only one of both classifies correctly. Latency is by turns.
"""

from math import sqrt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from unittest import mock

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from benchmarks.report import save
from pipelines.loading.augment import Normaliser
from pipelines.loading.data import PreparedData
from pipelines.training.logits import logits_on
from search.artifacts.formats.without_remarks import without_remarks
from search.artifacts.int8 import quantize as quantizing
from search.artifacts.int8.onnx_network import OnnxNetwork
from search.artifacts.int8.time_files import time_files
from search.artifacts.int8.write_int8 import CALIBRATION_IMAGES
from search.artifacts.model import load_model
from search.artifacts.open_data import open_data

CPU = torch.device("cpu")
Floats = NDArray[np.float64]


def main(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of trained networks.")],
) -> None:
    networks = []
    for folder in folders:
        networks.append(compare(folder))
        print(networks[-1], flush=True)
    save(Path(__file__).with_name("result.json"), {"networks": networks}, ["torch", "onnx", "onnxruntime"])


def compare(folder: Path) -> dict[str, Any]:
    """Returns the figures of one network."""
    network, _ = load_model(folder)
    data = open_data(network, None, CPU, threads=1, splits=("train", "test"))
    normalise = Normaliser(network.data.mean, network.data.std, CPU)
    drawn = data.drawn_images("train", CALIBRATION_IMAGES, network.input_size, seed=0)
    images, file = normalise.pixels(drawn).numpy(), folder / "model.onnx"

    def probabilities(path: Path) -> tuple[Floats, NDArray[np.int64]]:
        return _probabilities(OnnxNetwork(path, normalise, threads=1), data, network.input_size)

    exact, labels = probabilities(file)
    right = exact.argmax(axis=1) == labels
    figures: dict[str, Any] = {
        "network": network.arch.arch_id,
        "data": network.data.name,
        "input_size": network.input_size,
        "seed": network.measured.seed,
        "images": len(labels),
        "float32": float(right.mean()),
    }
    with TemporaryDirectory() as name:
        alone, corrected = Path(name) / "alone.onnx", Path(name) / "corrected.onnx"
        with without_remarks():
            with mock.patch.object(quantizing, "correct_biases"):
                quantizing.quantize(file, images, alone)
            quantizing.quantize(file, images, corrected)
        for key, path in (("alone", alone), ("corrected", corrected)):
            rounded, _ = probabilities(path)
            now_right = rounded.argmax(axis=1) == labels
            figures[key] = {
                "accuracy": float(now_right.mean()),
                "change": float(now_right.mean() - right.mean()),
                "change_error": sqrt(float((now_right != right).sum())) / len(labels),
                "same_class": float((rounded.argmax(axis=1) == exact.argmax(axis=1)).mean()),
                "divergence": float((exact * (np.log(exact + 1e-9) - np.log(rounded + 1e-9))).sum(axis=1).mean()),
            }
        before, after = time_files([file, corrected], network.input_size)
        figures["bytes"] = corrected.stat().st_size / file.stat().st_size
        figures["latency"] = after.median / before.median
        figures["latency_quartiles"] = (after.lower / before.median, after.upper / before.median)
        figures["float32_ms"] = before.median * 1e3
    return figures


def _probabilities(model: OnnxNetwork, data: PreparedData, size: int) -> tuple[Floats, NDArray[np.int64]]:
    """Returns the probabilities of each test image, (images, classes), and its label."""
    parts = list(logits_on(model, data, "test", size, CPU, flip_average=False))
    logits, labels = (torch.cat(column) for column in zip(*parts, strict=True))
    return logits.double().softmax(dim=1).numpy(), labels.numpy()


if __name__ == "__main__":
    typer.run(main)
