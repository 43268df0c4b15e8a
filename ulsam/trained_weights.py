"""Trained weights, whichever library they are of, by this package's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor

from ulsam.arch import ArchConfig
from ulsam.backbones import BACKBONES, Backbone, backbone_shape
from ulsam.conventions import CONVENTIONS, EPSILON, Convention
from ulsam.cutting import cut_for
from ulsam.foreign.keras import from_keras
from ulsam.foreign.timm import from_timm
from ulsam.foreign.torchvision import from_torchvision
from ulsam.foreign.translation import Translation
from ulsam.mobilenet import build_model
from ulsam.widths import is_cut_from, is_too_narrow

Library = Literal["torchvision", "timm", "keras"]
Notes = Mapping[str, str]
_NOTE = "convention"
_CLASSIFIER = "classifier.1.weight"
# The first of those that give the same channels is meant: usual ones come first.
_WIDTHS = (1.0, 0.75, 0.5, 0.35, 0.25, 1.3, 1.4, 1.25, 1.5, 2.0, *(round(0.05 * step, 2) for step in range(1, 41)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrainedWeights:
    """Weights that networks may start from.

    Attributes:
        library: the library of the original names; torchvision has the names of this package. None: no known library.
        backbone, width: of the plain network that most of the numbers before the classifier fit; None: of none.
        convention: of the layers of that network, so that its outputs stay the same.
        tensors: by this package's names; all of them as they were called where ``library`` is None.
        unknown: the names of tensors that were left out, because no network here has a counterpart.
    """

    library: Library | None
    backbone: Backbone | None
    width: float | None
    convention: Convention
    tensors: Mapping[str, Tensor]
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor], notes: Notes = MappingProxyType({})) -> "TrainedWeights":
        """Recognises the weights of a network by their names and shapes.

        Args:
            tensors: the state dict of any network, with or without the prefix of a wrapper.
            notes: of the file, as :attr:`notes` returns them; empty: the file has none.
        """
        library, translation = _translation(tensors)
        noted = next((convention for convention in CONVENTIONS if notes.get(_NOTE) == convention), None)
        backbone, width = _network(translation.tensors)
        return cls(
            library=library,
            backbone=backbone,
            width=width,
            convention=noted or translation.convention,
            tensors=translation.tensors,
            unknown=translation.unknown,
        )

    @property
    def notes(self) -> dict[str, str]:
        """The notes that a file of ``tensors`` must have."""
        return notes_of(self.convention)

    def tensors_for(self, arch: ArchConfig) -> Mapping[str, Tensor]:
        """Returns the weights that ``arch`` starts from, by the convention of ``arch``.

        The weights are cut if ``arch`` is narrower. The result is empty if ``arch`` is too narrow.

        Raises:
            UncuttableError: the weights must be cut, and a tensor is missing or has another shape.
        """
        if is_too_narrow(arch.backbone, arch.width, self.backbone, self.width):
            return {}
        return cut_for(arch, self._of_convention(arch.convention), self.cut_from(arch))

    def cut_from(self, arch: ArchConfig) -> float | None:
        """Returns the width multiplier that the weights of ``arch`` are cut from; None: they are not cut."""
        return self.width if is_cut_from(arch, self.backbone, self.width) else None

    def _of_convention(self, convention: Convention) -> Mapping[str, Tensor]:
        """Returns the weights for a network of another convention.

        Outputs are nearly the same; padding differs. Variances make up for another epsilon of norms.
        """
        more = EPSILON[self.convention] - EPSILON[convention]
        if not more:
            return self.tensors
        return {
            name: (tensor + more).clamp(min=0) if name.endswith(".running_var") else tensor
            for name, tensor in self.tensors.items()
        }

    @property
    def classes(self) -> int | None:
        """Outputs of the classifier; None: there is none."""
        return self.tensors[_CLASSIFIER].shape[0] if _CLASSIFIER in self.tensors else None


def notes_of(convention: Convention) -> dict[str, str]:
    """Returns the notes that a file of weights must have about the convention of its network."""
    return {} if convention == "torch" else {_NOTE: convention}


def _translation(tensors: Mapping[str, Tensor]) -> tuple[Library | None, Translation]:
    if (found := from_torchvision(tensors)) is not None:
        return "torchvision", found
    if (found := from_timm(tensors)) is not None:
        return "timm", found
    if (found := from_keras(tensors)) is not None:
        return "keras", found
    return None, Translation(tensors=dict(tensors), unknown=())


def _network(tensors: Mapping[str, Tensor]) -> tuple[Backbone, float] | tuple[None, None]:
    """Returns the plain network that most numbers of ``tensors`` fit; None twice: at most half of them fit any."""
    trained = {name: tensor for name, tensor in tensors.items() if not name.startswith("classifier.")}
    best, most = None, sum(tensor.numel() for tensor in trained.values()) // 2
    stem = trained.get("features.0.0.weight")
    for backbone in BACKBONES:
        for width in _WIDTHS:
            if stem is None or not stem.dim() or backbone_shape(backbone, width).stem_channels != stem.shape[0]:
                continue
            shapes = _shapes(backbone, width)
            fitting = sum(tensor.numel() for name, tensor in trained.items() if shapes.get(name) == tensor.shape)
            if fitting > most:
                best, most = (backbone, width), fitting
    return best or (None, None)


@lru_cache(maxsize=64)
def _shapes(backbone: Backbone, width: float) -> Mapping[str, torch.Size]:
    """Returns the shapes of a plain network's weights, by name."""
    with torch.device("meta"):
        model = build_model(ArchConfig(backbone=backbone, width=width))
    return {name: tensor.shape for name, tensor in model.state_dict().items()}
