"""Weights of a narrower network, cut from those of a wider one.

A channel is kept or dropped as a whole: in every convolution that writes it, in its norm, and in every convolution
that reads it. Channels that a residual connection adds to each other are one stream and are kept together (Li et al.,
"Pruning Filters for Efficient ConvNets", ICLR 2017, https://arxiv.org/abs/1608.08710, section 3.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice

import torch
from torch import Tensor, nn

from ulsam.arch import ArchConfig
from ulsam.errors import InvalidError
from ulsam.mobilenet import build_model
from ulsam.plan import layer_plan

_OF_NORM = ("weight", "bias", "running_mean", "running_var")
_CLASSIFIER = "classifier.1.weight"


class UncuttableError(InvalidError):
    """Weights lack a tensor that a cut needs, or have one of another shape; ``where`` is its name."""


def cut_for(arch: ArchConfig, trained: Mapping[str, Tensor], width: float | None) -> Mapping[str, Tensor]:
    """Returns the weights that a network starts from.

    Args:
        arch: the network.
        trained: weights of the plain backbone of ``arch`` by name.
        width: the width multiplier of ``trained`` if they must be cut to that of ``arch``; None: they are not cut.

    Raises:
        UncuttableError: a tensor is missing or has another shape.
    """
    return trained if width is None else cut(trained, ArchConfig(backbone=arch.backbone, width=width), arch.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A convolution and its norm.

    Attributes:
        conv, norm: the names of the modules.
        writes, reads: the groups of channels; a depthwise convolution has one for both. The image is group 0.
        depthwise: whether it has one filter a channel.
        channels: that it writes.
        shape: of its kernel.
    """

    conv: str
    norm: str
    writes: int
    reads: int
    depthwise: bool
    channels: int
    shape: torch.Size


def cut(
    trained: Mapping[str, Tensor], wide: ArchConfig, width: float, scores: Mapping[str, Tensor] | None = None
) -> dict[str, Tensor]:
    """Returns the weights of ``wide`` at a smaller width, by the same names.

    Args:
        trained: weights of ``wide``, or of a network with other blocks in the place of some; the weights of the
            classifier may be left out. Tensors that a plain network does not have are returned unchanged.
        wide: the plain network.
        width: the width multiplier of the narrower network.
        scores: by the name of a norm, how important each of its channels is, (channels,); larger is kept first. Scores
            of channels that several norms scale are added. None: the norms' scales, |gamma| (Liu et al., "Learning
            Efficient Convolutional Networks through Network Slimming", ICCV 2017, https://arxiv.org/abs/1708.06519).

    Raises:
        InvalidError: ``wide`` is not plain, or ``width`` is larger than its own.
        UncuttableError: ``trained`` lacks a norm, or has tensors of other shapes.
    """
    if wide.placements or wide.removed:
        raise InvalidError(where="wide", expected="a plain network with all its blocks", got=wide.arch_id)
    layers, narrow = _layers(wide, trained), _layers(replace(wide, width=width), trained)
    # A narrow network may add where the wide one does not (no search cuts so: see is_too_narrow): the groups are those
    # of the wide one there too.
    channels = {layer.writes: narrower.channels for layer, narrower in zip(layers, narrow, strict=True)}
    if any(channels[layer.writes] > layer.channels for layer in layers):
        raise InvalidError(where="width", expected=f"at most {wide.width:g}", got=f"{width:g}")
    for layer in layers:
        _check(layer, trained)
    if scores is None:
        scores = {layer.norm: trained[f"{layer.norm}.weight"].abs() for layer in layers}
    kept = {0: torch.arange(3)}
    for group in {layer.writes for layer in layers}:
        score = torch.stack([scores[layer.norm].float() for layer in layers if layer.writes == group]).sum(dim=0)
        # A stable order, so that of equal channels the first are kept on every machine.
        kept[group] = torch.argsort(score, descending=True, stable=True)[: channels[group]].sort().values
    found = dict(trained)
    for layer in layers:
        own = kept[layer.writes]
        weight = trained[f"{layer.conv}.weight"][own]
        found[f"{layer.conv}.weight"] = weight if layer.depthwise else weight[:, kept[layer.reads]]
        for part in _OF_NORM:
            found[f"{layer.norm}.{part}"] = trained[f"{layer.norm}.{part}"][own]
    if _CLASSIFIER in trained:
        found[_CLASSIFIER] = trained[_CLASSIFIER][:, kept[layers[-1].writes]]
    return found


def _check(layer: _Layer, trained: Mapping[str, Tensor]) -> None:
    """Checks that a convolution and its norm have the shapes of the network to cut.

    Raises:
        UncuttableError: a tensor is missing or has another shape.
    """
    needed = {f"{layer.conv}.weight": layer.shape}
    needed |= {f"{layer.norm}.{part}": torch.Size((layer.channels,)) for part in _OF_NORM}
    for name, shape in needed.items():
        got = trained[name].shape if name in trained else None
        if got != shape:
            raise UncuttableError(where=name, expected=_in_words(shape), got="none" if got is None else _in_words(got))


def _in_words(shape: torch.Size) -> str:
    return f"{' x '.join(map(str, shape)) or '1'} numbers"


def _layers(arch: ArchConfig, trained: Mapping[str, Tensor]) -> list[_Layer]:
    """Returns the convolutions of a plain network that ``trained`` has weights of, in order.

    A block without any keeps the channels of its input, as attention in its place does.
    """
    with torch.device("meta"):
        model = build_model(arch)
    modules, shapes = list(model.named_modules()), {name: one.shape for name, one in model.named_parameters()}
    convs = [name for name, module in modules if isinstance(module, nn.Conv2d)]
    norms = [name for name, module in modules if isinstance(module, nn.BatchNorm2d)]
    names = zip(convs, norms, strict=True)
    layers: list[_Layer] = []
    group = 0
    for block in layer_plan(arch).blocks:
        entered = group
        for conv, (name, norm) in zip(block.convs, list(islice(names, len(block.convs))), strict=True):
            if f"{name}.weight" not in trained:
                continue
            reads, depthwise = group, conv.groups > 1
            ends_residual = block.residual and conv is block.convs[-1]
            group = reads if depthwise else entered if ends_residual else len(layers) + 1
            layers.append(
                _Layer(
                    conv=name,
                    norm=norm,
                    writes=group,
                    reads=reads,
                    depthwise=depthwise,
                    channels=conv.out_channels,
                    shape=shapes[f"{name}.weight"],
                )
            )
    return layers
