"""Describes a file of trained weights, and writes the same weights by this package's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from pipelines.weights import save_weights
from search.api.outputs import check_output
from search.errors import ExistsError
from search.run.pretrained import network_of, read_trained, tensors_for
from spaces.config import SpaceConfig
from ulsam import ArchConfig, Inheritance, build_model, inherit
from ulsam.trained_weights import TrainedWeights

_CLASSES = 1000  # of a network that is compared with weights without a classifier
_ENDING = ".safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWeights:
    """The content of the file ``path``.

    Attributes:
        trained: the weights.
        fits: by width, what plain networks of the same backbone take over; for narrower ones it is cut.
        out: the file that was written; None: none.
    """

    path: Path
    trained: TrainedWeights
    fits: Mapping[float, Inheritance]
    out: Path | None

    def cut_from(self, width: float) -> float | None:
        """Returns the width that the weights of a plain network of ``width`` are cut from; None: they are not cut."""
        backbone = self.trained.backbone
        assert backbone is not None, "a file of no known network is refused"
        return self.trained.cut_from(ArchConfig(backbone=backbone, width=width))

    @property
    def params(self) -> int:
        """The parameters of the network of the weights, including its classifier where they have one."""
        assert self.trained.width is not None, "a file of no known network is refused"
        return self.fits[self.trained.width].inherited

    def to_dict(self) -> dict[str, Any]:
        """Returns the content for JSON."""
        return {
            "file": str(self.path),
            "library": self.trained.library,
            "backbone": self.trained.backbone,
            "width": self.trained.width,
            "convention": self.trained.convention,
            "classes": self.trained.classes,
            "tensors": len(self.trained.tensors),
            "params": self.params,
            "unknown": list(self.trained.unknown),
            "fits": [
                {
                    "width": width,
                    "cut_from": self.cut_from(width),
                    "params": found.params,
                    "inherited": found.inherited,
                }
                for width, found in self.fits.items()
            ],
            "out": None if self.out is None else str(self.out),
        }


def weights(path: Path, out: Path | None = None) -> FoundWeights:
    """Returns a description of a file of trained weights.

    Args:
        path: of a file of any kind that a search may start from.
        out: of a safetensors file to write with the same weights by this package's names; must not exist yet; None:
            nothing is written.

    Raises:
        ExistsError: ``out`` exists.
        ArgumentError: ``out`` can't be written.
        WeightsError: the file is missing, damaged, or holds anything but tensors.
        NothingFitsError: the weights are of no network known here.
        IncompleteWeightsError: a norm is missing, or tensors have other shapes, so that narrower networks can't be cut.
    """
    if out is not None:
        check_output("out", out, [_ENDING])
        if out.exists():
            raise ExistsError(out)
    trained = read_trained(path)
    backbone, own_width = network_of(trained, path)
    fits = {}
    for width in sorted({own_width, *SpaceConfig().widths}):
        arch = ArchConfig(backbone=backbone, width=width, num_classes=trained.classes or _CLASSES)
        with torch.device("meta"):
            fits[width] = inherit(build_model(arch), tensors_for(arch, trained, path))
    if out is not None:
        save_weights(trained.tensors, out, trained.notes)
    return FoundWeights(path=path, trained=trained, fits=fits, out=out)
