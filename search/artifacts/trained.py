"""A network whose training is finished: its description, and the files beside its weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

import torch

from pipelines.measuring.processor import device_name
from pipelines.storage.manifest import file_sha256
from pipelines.training.recipe import METHOD, Recipe
from pipelines.training.score import Score
from search.artifacts.blueprint import Blueprint
from search.artifacts.formats.names import FormatName
from search.artifacts.formats.write import write_formats
from search.artifacts.model_card import readme
from search.artifacts.network import (
    ARCH_NAME,
    README_NAME,
    ExportedNetwork,
    MeasuredSection,
    OriginSection,
    PretrainedSection,
    TeacherSection,
    found_by,
)
from search.errors import NotPortableError
from search.study.data_spec import DataSpec
from spaces import count_known_costs
from ulsam import MobileNet


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What trains and scores a network: ``cpu`` or the GPU's name, CPU threads, workers that share batches."""

    device: str
    threads: int
    workers: int

    @classmethod
    def here(cls, device: torch.device, workers: int) -> Self:
        """Returns the hardware of this process, with torch's current number of threads.

        Args:
            device: that the network is trained and scored on.
            workers: the processes that share each batch; 1: this process alone.
        """
        return cls(device=device_name(device), threads=torch.get_num_threads(), workers=workers)


def trained_network(
    network: Blueprint,
    recipe: Recipe,
    seed: int,
    data: DataSpec,
    pretrained: PretrainedSection | None,
    teacher: TeacherSection | None,
    score: Score,
    weights: Path,
    hardware: Hardware,
) -> ExportedNetwork:
    """Returns the content of ``arch.yaml`` for a finished training.

    Args:
        network: that was trained.
        recipe: of the training, with its number of epochs.
        seed: of the training.
        data: of the training.
        pretrained: the file of weights that it started from; None: it started fresh.
        teacher: that it learned from; None: it learned from labels alone.
        score: on the validation split.
        weights: the file of the trained weights; must exist.
        hardware: of the training and the score.
    """
    return ExportedNetwork(
        arch=network.arch,
        input_size=network.input_size,
        recipe=recipe,
        target=network.target,
        data=data,
        measured=MeasuredSection(
            metrics={**score.values},
            standard_errors={**score.standard_errors},
            images=score.images,
            costs=count_known_costs(network.candidate),
            weights_sha256=file_sha256(weights),
            device=hardware.device,
            threads=hardware.threads,
            epochs=recipe.epochs,
            seed=seed,
            workers=hardware.workers,
            method=METHOD,
        ),
        origin=OriginSection(
            run=_origin(network),
            version=version("ulsam-search"),
            pretrained=pretrained,
            teacher=teacher,
            search=found_by(network),
        ),
    )


def write_beside(trained: ExportedNetwork, model: MobileNet, out: Path, formats: Sequence[FormatName]) -> None:
    """Writes the other files of an exported network beside its weights; ``arch.yaml`` comes last and marks completion.

    Args:
        trained: the network.
        model: the network with its weights; not changed.
        out: of the exported network; exists and has the weights.
        formats: the formats for other programs to write; empty: none.

    Raises:
        NotPortableError: a format can't be written, or its file gives other outputs than torch.
    """
    try:
        write_formats(trained, model, out, formats)
    except NotPortableError as error:
        raise NotPortableError(error.what, where=error.where, trained=True) from error
    (out / README_NAME).write_text(readme(trained, out, formats), encoding="utf-8")
    trained.save(out / ARCH_NAME)


def _origin(network: Blueprint) -> str:
    found = f", from {network.origin.run}" if isinstance(network, ExportedNetwork) else ""
    return f"ulsam-search train{found}"
