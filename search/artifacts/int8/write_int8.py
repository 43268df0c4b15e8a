"""Writes an exported network in 8-bit integers into its folder, and measures what that costs and saves."""

from pathlib import Path

import torch

from pipelines.files import atomic_write
from pipelines.loading.augment import Normaliser
from pipelines.loading.data import PreparedData
from pipelines.measuring.latency import Latency
from pipelines.measuring.processor import processor_name
from pipelines.storage.manifest import file_sha256
from pipelines.training.scoring import score
from search.artifacts.formats.names import FORMAT_FILES
from search.artifacts.formats.without_remarks import without_remarks
from search.artifacts.int8.onnx_network import OnnxNetwork
from search.artifacts.int8.quantize import quantize
from search.artifacts.int8.time_files import time_files
from search.artifacts.int8_section import Int8Section
from search.artifacts.latency_section import LatencySection
from search.artifacts.network import INT8_NAME, ExportedNetwork
from search.errors import UsageError

CALIBRATION_IMAGES = 256

_CPU = torch.device("cpu")


class NoOnnxError(UsageError):
    """The folder of an exported network has no ONNX file to quantize."""


class NotQuantizedError(UsageError):
    """ONNX Runtime can't quantize a network, or can't run the result."""


def onnx_file(folder: Path) -> Path:
    """Returns the ONNX file of an exported network.

    Args:
        folder: of the network.

    Raises:
        NoOnnxError: there is none.
    """
    file = folder / FORMAT_FILES["onnx"]
    if not file.is_file():
        remedy = "export or train the network with its files for other programs"
        raise NoOnnxError("missing", where=file, remedy=remedy)
    return file


def write_int8(network: ExportedNetwork, folder: Path, data: PreparedData) -> Int8Section:
    """Quantizes ``model.onnx``, scores the result on the validation split, and times both.

    The file appears once everything is measured.

    Args:
        network: the exported network.
        folder: of the network; has ``model.onnx``.
        data: of the network, with its training and validation images.

    Raises:
        NoOnnxError: ``model.onnx`` is missing.
        NotQuantizedError: ONNX Runtime can't quantize the network, or can't run the result.
    """
    file, size = onnx_file(folder), network.input_size
    normalise = Normaliser(network.data.mean, network.data.std, _CPU)
    images = normalise.pixels(data.drawn_images("train", CALIBRATION_IMAGES, size, seed=0).cpu()).numpy()
    with atomic_write(folder / INT8_NAME) as partial:
        try:
            with without_remarks():
                quantize(file, images, partial)
            model = OnnxNetwork(partial, normalise, network.measured.threads)
            float_latency, latency = time_files([file, partial], size)
        except Exception as error:  # whatever ONNX and its runtime raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise NotQuantizedError(f"can't be quantized: {reason}", where=file) from error
        found = score(model, data, "val", size, _CPU)
        return Int8Section(
            sha256=file_sha256(partial),
            bytes=partial.stat().st_size,
            float_bytes=file.stat().st_size,
            metrics=dict(found.values),
            images=found.images,
            calibration_images=len(images),
            latency=_section(latency, "int8"),
            float_latency=_section(float_latency, "float32"),
        )


def _section(latency: Latency, numbers: str) -> LatencySection:
    return LatencySection.of(latency, "cpu", processor_name(), arithmetic=f"{numbers} in ONNX Runtime")
