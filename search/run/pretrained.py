"""The weights that networks start from."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from pipelines.tensor_files import read_tensors
from search.errors import UsageError
from search.study.pretrained_files import PretrainedFile, file_for
from spaces import Candidate, SearchSpace
from ulsam import ArchConfig, Inheritance, build_model, inherit
from ulsam.backbones import Backbone
from ulsam.cutting import UncuttableError
from ulsam.trained_weights import TrainedWeights
from ulsam.widths import same_channels

_ALIKE = 0.05  # of a network's parameters: networks of other kinds may share a first layer's shape
_SHOWN = 3  # names
Trained = Mapping[PretrainedFile, TrainedWeights]


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


class IncompleteWeightsError(UsageError):
    """A file of a known network lacks a tensor that narrower networks are cut from, or has it in another shape.

    Attributes:
        tensor: its name.
    """

    def __init__(self, error: UncuttableError, where: object = "") -> None:
        self.tensor = error.where
        super().__init__(
            f"nothing narrower can be cut from its {error.where}",
            where=where,
            expected=error.expected,
            got=error.got,
        )


class OtherBackboneError(UsageError):
    """A file has weights of a backbone that is not searched, or of another one or width than the search file says."""


def read_trained(path: Path) -> TrainedWeights:
    """Returns the weights in ``path``, whichever library wrote it.

    Raises:
        WeightsError: the file is missing, damaged, or holds anything but tensors.
    """
    file = read_tensors(path)
    return TrainedWeights.of(file.tensors, file.notes)


def known_network(path: Path) -> tuple[Backbone, float]:
    """Returns the backbone and the width of the network whose weights are in ``path``.

    Raises:
        WeightsError: the file is missing, damaged, or holds anything but tensors.
        NothingFitsError: the weights are of no network known here.
    """
    return network_of(read_trained(path), path)


def network_of(trained: TrainedWeights, where: object) -> tuple[Backbone, float]:
    """Returns the backbone and the width of the network that weights are of.

    Args:
        trained: the weights.
        where: the name of their file, for error messages.

    Raises:
        NothingFitsError: the weights are of no network known here.
    """
    if trained.backbone is None or trained.width is None:
        with torch.device("meta"):
            own = build_model(ArchConfig(backbone="mobilenet_v2")).state_dict()
        raise NothingFitsError([*trained.tensors, *trained.unknown], own, where=where)
    return trained.backbone, trained.width


def check_fits(arch: ArchConfig, trained: TrainedWeights, where: object = "") -> None:
    """Checks that a network can start from weights.

    Args:
        arch: the network.
        trained: the weights.
        where: the name of their file, for error messages.

    Raises:
        NothingFitsError: the network would take over nothing, or of unknown weights so little that they are of another
            kind of network.
        IncompleteWeightsError: the network is narrower, and can't be cut from the weights.
    """
    with torch.device("meta"):
        model = build_model(arch)
    found = inherit(model, tensors_for(arch, trained, where))
    least = _ALIKE if trained.backbone is None else 0.0
    if found.inherited <= least * found.params:
        raise NothingFitsError([*trained.tensors, *trained.unknown], model.state_dict(), where)


def check_file(file: PretrainedFile, trained: TrainedWeights, space: SearchSpace) -> None:
    """Checks that a file's weights are what the search file says they are, and of a backbone that is searched.

    Args:
        file: what the search file says.
        trained: the weights in it.
        space: the search space.

    Raises:
        OtherBackboneError: the weights are of another backbone, or of another width than the search file says.
        NothingFitsError: the weights are of no network known here, and do not fit the one that the search file says.
    """
    if file.backbone is not None and file.width is not None:
        meant = f"weights of {file.backbone} x{file.width:g}"
        if trained.backbone is None or trained.width is None:
            check_fits(ArchConfig(backbone=file.backbone, width=file.width), trained)
        elif trained.backbone != file.backbone or not same_channels(file.backbone, trained.width, file.width):
            raise OtherBackboneError(expected=meant, got=f"{trained.backbone} x{trained.width:g}")
    elif trained.backbone is not None and trained.backbone not in space.backbones:
        raise OtherBackboneError(expected=f"weights of {' or '.join(space.backbones)}", got=trained.backbone)


def inheritances(space: SearchSpace, trained: Trained) -> dict[Candidate, Inheritance]:
    """Returns what a base of each backbone and width of a space would take over; a placement may inherit besides.

    Candidates of a width without a file of its own start from the nearest wider one's weights, cut.

    Args:
        space: the search space; only networks within the budgets count.
        trained: the weights in each file that the search file names.

    Raises:
        NothingFitsError: no network would take over anything that counts.
        IncompleteWeightsError: a narrower network can't be cut.
    """
    bases = {(family.base.arch.backbone, family.base.arch.width): family.base for family in space.feasible_families}
    found = {base: _inheritance(base.arch, weights_for(base.arch, trained)) for base in bases.values()}
    known = any(weights.backbone is not None for weights in trained.values())
    if not any(one.inherited > (0.0 if known else _ALIKE) * one.params for one in found.values()):
        names = [name for weights in trained.values() for name in (*weights.tensors, *weights.unknown)]
        with torch.device("meta"):
            raise NothingFitsError(names, build_model(next(iter(bases.values())).arch).state_dict())
    return found


def weights_for(arch: ArchConfig, trained: Trained) -> Mapping[str, Tensor]:
    """Returns the tensors that a network starts from; empty: it starts fresh.

    Args:
        arch: the network.
        trained: the weights in each file that the search file names.

    Raises:
        IncompleteWeightsError: the network is narrower than its file's, and can't be cut from those weights.
    """
    file = file_for(trained, arch.backbone, arch.width)
    return {} if file is None else tensors_for(arch, trained[file], file.file)


def tensors_for(arch: ArchConfig, trained: TrainedWeights, where: object = "") -> Mapping[str, Tensor]:
    """Returns the tensors that a network starts from if it starts from these weights.

    Args:
        arch: the network.
        trained: the weights.
        where: the name of their file, for error messages.

    Raises:
        IncompleteWeightsError: the network is narrower, and can't be cut from the weights.
    """
    try:
        return trained.tensors_for(arch)
    except UncuttableError as error:
        raise IncompleteWeightsError(error, where) from None


def nearly_fresh(space: SearchSpace, found: Mapping[Candidate, Inheritance]) -> int | None:
    """Returns how many networks within the budgets take over less than a twentieth of their base.

    Args:
        space: the search space.
        found: what each base takes over, see :func:`inheritances`.

    Returns:
        The number; None: there are too many to count.
    """
    fresh = {
        (base.arch.backbone, base.arch.width) for base, one in found.items() if one.inherited < _ALIKE * one.params
    }
    limits, total = space.budgets.in_order(space.known_costs), 0
    for family in space.feasible_families:
        if (family.base.arch.backbone, family.base.arch.width) in fresh:
            within = family.count_within(limits)
            if within is None:
                return None
            total += within
    return total


def _inheritance(arch: ArchConfig, tensors: Mapping[str, Tensor]) -> Inheritance:
    with torch.device("meta"):
        return inherit(build_model(arch), tensors)


def _in_words(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
