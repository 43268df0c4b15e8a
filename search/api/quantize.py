"""Quantizes an exported network to 8-bit integers."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from pipelines.storage.manifest import verify
from pipelines.storage.remote import local
from search.api.data_location import read_data_location
from search.api.export import Choice
from search.api.measuring import Warn, silent, warn_if_busy
from search.api.resume import check_unchanged
from search.artifacts.formats.names import FORMAT_FILES
from search.artifacts.int8.write_int8 import onnx_file, write_int8
from search.artifacts.int8_section import Int8Section
from search.artifacts.model import load_model
from search.artifacts.network import ARCH_NAME, INT8_NAME, ExportedNetwork
from search.artifacts.open_data import open_data
from search.artifacts.write import write_card
from search.errors import ExistsError
from spaces import KNOWN_COSTS, KnownCost


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizedNetwork:
    """A network that was quantized.

    Attributes:
        file: the network in 8-bit integers, an ONNX file.
        network: the new content of its ``arch.yaml``.
        int8: what was measured of the file; also in ``network``.
    """

    file: Path
    network: ExportedNetwork
    int8: Int8Section


def quantize(
    folder: Path,
    data: str | Path | None = None,
    *,
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS,
    on_warning: Warn = silent,
) -> QuantizedNetwork:
    """Writes ``model.int8.onnx`` beside the ``model.onnx`` of an exported network, scores it and times both.

    Ranges are calibrated on training images, and the score is on the validation images. ``arch.yaml`` and the model
    card then have what was measured.

    Args:
        folder: of the exported network.
        data: where the prepared data are now; None: where they were when the network was trained.
        known_costs: the costs that the model card shows, in the order shown.
        on_warning: called with a line where other programs make the times doubtful.

    Raises:
        ExistsError: the network is quantized already.
        NoOnnxError: the folder has no ``model.onnx``.
        NotQuantizedError: ONNX Runtime can't quantize the network.
        UsageError: files are missing or damaged, or ``data`` is no location of data.
        WeightsError: the weights are missing, damaged, or those of another network.
        DataError: the data are missing, damaged, or not those that the network was trained on.
    """
    file, device = folder / INT8_NAME, torch.device("cpu")
    if file.exists():
        raise ExistsError(file)
    network, _ = load_model(folder)
    onnx_file(folder)
    location = None if data is None else read_data_location(data)
    measured = network.measured
    prepared = open_data(
        network, location, device, threads=measured.threads, splits=("train", "val"), fold=measured.fold
    )
    warn_if_busy(device, on_warning)
    int8 = write_int8(network, folder, prepared)
    network = network.model_copy(update={"measured": measured.model_copy(update={"int8": int8})})
    network.save(folder / ARCH_NAME)
    formats = [name for name, written in FORMAT_FILES.items() if (folder / written).is_file()]
    write_card(network, folder, folder, formats, known_costs)
    return QuantizedNetwork(file=file, network=network, int8=int8)


def check_data(choice: Choice) -> None:
    """Checks that the data of a chosen network are there and unchanged, before it is exported to be quantized.

    Args:
        choice: of a network; need not be exported yet.

    Raises:
        DataChangedError: the data have changed since the search began.
        DataError: the data are missing or damaged.
    """
    check_unchanged(choice.spec, verify(local(choice.spec.data.folder, ("train", "val")), ("train", "val")))


def quantize_export(choice: Choice, on_warning: Warn = silent) -> Choice:
    """Quantizes a network that was exported in ONNX; see :func:`quantize`.

    Args:
        choice: a network that was exported to ``choice.out``.
        on_warning: called with a line where other programs make the times doubtful.

    Returns:
        The choice, with the new content of its folder.
    """
    quantized = quantize(choice.out, known_costs=choice.spec.known_costs, on_warning=on_warning)
    return replace(choice, network=quantized.network)
