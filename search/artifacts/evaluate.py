"""Scores an exported network, rebuilt from its folder alone."""

from dataclasses import dataclass
from pathlib import Path

import torch

from pipelines.measuring.processor import device_name
from pipelines.split import Split
from pipelines.storage.remote import DataLocation
from pipelines.training.score import Score
from pipelines.training.scoring import score
from search.artifacts.model import load_model
from search.artifacts.network import ExportedNetwork
from search.artifacts.open_data import open_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores of an exported network on the data in the folder ``data``; ``device`` is ``cpu`` or the GPU's name."""

    network: ExportedNetwork
    data: Path
    val: Score
    test: Score
    device: str

    @property
    def reproduced(self) -> bool:
        """Whether the same number of validation images is classified correctly as was recorded."""
        return (self.val.correct, self.val.images) == (self.network.measured.correct, self.network.measured.images)


def evaluate(folder: Path, data: DataLocation | None = None) -> Evaluation:
    """Scores the network in ``folder`` on the validation and the test split, under the recorded conditions.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        data: where the prepared data are now; None: where they were when the network was trained.

    Raises:
        UsageError: files of the network are missing or damaged.
        WeightsError: the weights are missing, or are those of another network.
        DataError: the data are missing, damaged, or not those that the network was trained on.
    """
    network, model = load_model(folder)
    device = torch.device("cuda" if network.measured.device != "cpu" and torch.cuda.is_available() else "cpu")
    torch.set_num_threads(network.measured.threads)
    prepared = open_data(network, data, device, threads=network.measured.threads, splits=("val", "test"))
    model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def on(split: Split) -> Score:
        flip = network.recipe.flip_average
        return score(model, prepared, split, network.input_size, device, flip_average=flip)

    return Evaluation(network=network, data=prepared.folder, val=on("val"), test=on("test"), device=device_name(device))
