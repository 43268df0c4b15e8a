"""The data that a network is scored or trained on."""

from pathlib import Path

import torch

from pipelines.fold import Fold
from pipelines.loading.data import OtherDataError, PreparedData
from pipelines.split import Split
from pipelines.storage.remote import DataLocation, local
from search.artifacts.blueprint import Blueprint
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError, UsageError


class NoDataNamedError(ArgumentError):
    """An architecture file does not name its data."""


class OutputsError(UsageError):
    """A network does not have one output for each class."""


def data_location_of(network: Blueprint, data: DataLocation | None) -> DataLocation:
    """Returns where the data of ``network`` are.

    Args:
        network: to be scored or trained.
        data: where the prepared data are now; None: where they were when an exported network was trained.

    Raises:
        NoDataNamedError: ``data`` is None, and the network was never trained.
    """
    if data is not None:
        return data.resolve() if isinstance(data, Path) else data
    if isinstance(network, ExportedNetwork):
        return network.data.folder
    raise NoDataNamedError(
        "data", "the architecture file does not name its data", remedy="give the folder that prepare wrote"
    )


def open_data(
    network: Blueprint,
    data: DataLocation | None,
    device: torch.device,
    *,
    threads: int,
    splits: tuple[Split, ...],
    fold: Fold | None = None,
) -> PreparedData:
    """Opens the data of ``network``.

    Args:
        network: to be scored or trained.
        data: where the prepared data are now; None: where they were when an exported network was trained.
        device: where batches go.
        threads: the number of threads that decode images.
        splits: the only ones that may be read.
        fold: the images of train and val that ``val`` means; None: the splits are as prepared.

    Raises:
        NoDataNamedError: ``data`` is None, and the network was never trained.
        OtherDataError: the data are not those that an exported network was trained on.
        DataError: the data are missing or damaged.
        OutputsError: the data have another number of classes than the network has outputs.
    """
    known = network.data if isinstance(network, ExportedNetwork) else None
    folder = data_location_of(network, data)
    prepared = PreparedData(local(folder, splits), workers=threads, device=device, splits=splits, fold=fold)
    found, classes = prepared.manifest, len(prepared.manifest.classes)
    if known is not None and found.data_id != known.data_id:
        raise OtherDataError(folder, found=found.data_id, expected=known.data_id)
    if classes != network.arch.num_classes:
        raise OutputsError(f"has {classes} classes, the network {network.arch.num_classes} outputs", where=folder)
    return prepared
