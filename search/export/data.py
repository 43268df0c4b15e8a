"""The data that a network is scored and trained on."""

from pathlib import Path

import torch

from pipelines.loading.data import PreparedData
from pipelines.split import Split
from pipelines.storage.remote import Place, local
from search.errors import UsageError
from search.export.blueprint import Blueprint
from search.export.network import ExportedNetwork


def place_of(network: Blueprint, data: Place | None) -> Place:
    """Where the data of ``network`` are: in ``data``, or where an exported network's were.

    Raises:
        UsageError: nobody says where.
    """
    if data is not None:
        return data.resolve() if isinstance(data, Path) else data
    if isinstance(network, ExportedNetwork):
        return network.data.folder
    raise UsageError("--data: the architecture file does not name its data; give the folder that prepare wrote")


def open_data(
    network: Blueprint, data: Place | None, device: torch.device, *, threads: int, splits: tuple[Split, ...]
) -> PreparedData:
    """Opens the data of ``network``.

    Args:
        network: to be scored or trained.
        data: where they are now; None: where an exported network's were.
        device: where batches go.
        threads: that decode.
        splits: the only ones that may be read.

    Raises:
        UsageError: there are none, or an exported network was trained on others, or they have another number of
            classes than the network has outputs.
    """
    known = network.data if isinstance(network, ExportedNetwork) else None
    folder = place_of(network, data)
    prepared = PreparedData(local(folder, splits), workers=threads, device=device, splits=splits)
    found, classes = prepared.manifest, len(prepared.manifest.classes)
    if known is not None and found.data_id != known.data_id:
        raise UsageError(
            f"{folder}: holds other data (id {found.data_id}, {classes} "
            f"classes) than the network was trained on (id {known.data_id}, {len(known.classes)} classes)"
        )
    if classes != network.arch.num_classes:
        raise UsageError(f"{folder}: has {classes} classes, the network {network.arch.num_classes} outputs")
    return prepared
