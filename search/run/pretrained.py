"""The weights that networks start from."""

from collections.abc import Iterable
from pathlib import Path

import torch

from pipelines.tensor_files import read_tensors
from search.errors import UsageError
from spaces import Candidate, SearchSpace
from ulsam import ArchConfig, Inheritance, build_model, inherit
from ulsam.backbones import Backbone
from ulsam.trained_weights import TrainedWeights

_ALIKE = 0.05  # of a network's parameters: networks of other kinds may share a first layer's shape
_SHOWN = 3  # names


class NothingFitsError(UsageError):
    """A file has no weights for a network, or for any of a space.

    Attributes:
        names: the first of those in the file.
        own: the first of those of the network.
    """

    def __init__(self, names: Iterable[str], own: Iterable[str], where: object = "") -> None:
        self.names, self.own = tuple(names)[:_SHOWN], tuple(own)[:_SHOWN]
        super().__init__(
            "its weights are of another network, or fit no width here",
            where=where,
            expected=f"names and shapes such as {_in_words(self.own)}",
            got=_in_words(self.names),
        )


class OtherBackboneError(UsageError):
    """A file has weights of a backbone that is not searched."""


def read_trained(path: Path) -> TrainedWeights:
    """The weights in ``path``, whichever library wrote it.

    Raises:
        WeightsError: it is missing, damaged, or holds anything but tensors.
    """
    file = read_tensors(path)
    return TrainedWeights.of(file.tensors, file.notes)


def known_network(path: Path) -> tuple[Backbone, float]:
    """The backbone and the width of the network that the weights in ``path`` are of.

    Raises:
        WeightsError: the file is missing, damaged, or holds anything but tensors.
        NothingFitsError: they are of no network known here.
    """
    return network_of(read_trained(path), path)


def network_of(trained: TrainedWeights, where: object) -> tuple[Backbone, float]:
    """The backbone and the width of the network that ``trained``, of the file ``where``, are of.

    Raises:
        NothingFitsError: they are of no network known here.
    """
    if trained.backbone is None or trained.width is None:
        with torch.device("meta"):
            own = build_model(ArchConfig(backbone="mobilenet_v2")).state_dict()
        raise NothingFitsError([*trained.tensors, *trained.unknown], own, where=where)
    return trained.backbone, trained.width


def check_fits(network: Candidate, trained: TrainedWeights, where: object) -> None:
    """Makes sure that ``network`` can start from ``trained``, of the file ``where``.

    Raises:
        NothingFitsError: it would take over nothing, or so little that they are of another kind of network.
    """
    _inheritances([network], trained, where)


def inheritances(space: SearchSpace, trained: TrainedWeights) -> dict[Candidate, Inheritance]:
    """What each base of ``space`` would take over, at any size; a placement may inherit its attention besides.

    Raises:
        OtherBackboneError: ``trained`` is of a backbone that ``space`` has not.
        NothingFitsError: no network would take over anything that counts.
    """
    if trained.backbone is not None and trained.backbone not in space.backbones:
        raise OtherBackboneError(expected=f"weights of {' or '.join(space.backbones)}", got=trained.backbone)
    # Of one architecture at several input sizes: weights have no size.
    bases = {family.base.arch: family.base for family in space.feasible_families}
    return _inheritances(bases.values(), trained)


def _inheritances(
    networks: Iterable[Candidate], trained: TrainedWeights, where: object = ""
) -> dict[Candidate, Inheritance]:
    with torch.device("meta"):
        models = {network: build_model(network.arch, network.input_size) for network in networks}
    found = {network: inherit(model, trained.tensors_for(network.arch.convention)) for network, model in models.items()}
    least = _ALIKE if trained.backbone is None else 0.0
    if not any(inheritance.inherited > least * inheritance.params for inheritance in found.values()):
        first = next(iter(models.values()))
        raise NothingFitsError([*trained.tensors, *trained.unknown], first.state_dict(), where)
    return found


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
