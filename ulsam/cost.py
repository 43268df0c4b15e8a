"""Exact parameters and FLOPs of a network, by arithmetic on its layer plan.

Counted as in the ULSAM publication and the MobileNet papers: one multiply-add is one FLOP, and only
convolutions and linear layers are counted, those of attention modules too (ULSAM's are 2m a position; table 1 of
the publication). Norms, pooling, softmax and all else is counted apart, as :class:`~ulsam.operations.Operations`.
Parameters are all that are trained: weights, biases and norms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from ulsam.arch import ArchConfig
from ulsam.attention.cost import attention_cost
from ulsam.backbones.convolution import Conv
from ulsam.operations import Operations
from ulsam.plan import Attention, BlockPlan, Linear, layer_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """One layer's share.

    Attributes:
        block: its number in the network.
        role: such as ``depthwise`` or ``insert``.
        out_channels, size: its output's channels, and height and width.
        params, flops: as in :class:`Cost`.
        rest: what ``flops`` leaves out.
    """

    block: int
    role: str
    out_channels: int
    size: int
    params: int
    flops: int
    rest: Operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Cost of a network for one image.

    Attributes:
        params: trained parameters.
        flops: multiply-adds.
        rest: what ``flops`` leaves out.
        layers: a row for each layer, in order; their sums are ``params``, ``flops`` and ``rest``.
    """

    params: int
    flops: int
    rest: Operations
    layers: tuple[LayerCost, ...]


def count_cost(arch: ArchConfig, input_size: int = 224) -> Cost:
    """Counts the parameters, FLOPs and other operations of a network for one image.

    Args:
        arch: the network.
        input_size: height and width of the image in pixels.

    Raises:
        InvalidError: ``input_size`` is not a positive whole number, or a ULSAM has a map of one position; both as
            :func:`~ulsam.plan.layer_plan`.
    """
    plan = layer_plan(arch, input_size)
    costs = [_block_cost(block) for block in plan.blocks]
    classifier = _classifier_row(len(plan.blocks), plan.classifier)
    layers = (*chain.from_iterable(cost.layers for cost in costs), classifier)
    return _total((*costs, classifier), layers)


@lru_cache(maxsize=4096)
def _block_cost(block: BlockPlan) -> Cost:
    """Counts one block. The cache helps because the networks of a space share most of their blocks."""
    rows = tuple(_block_rows(block))
    return _total(rows, rows)


def _total(parts: Sequence[Cost | LayerCost], layers: tuple[LayerCost, ...]) -> Cost:
    """Returns the cost of ``layers``, as the sum of ``parts``."""
    return Cost(
        params=sum(part.params for part in parts),
        flops=sum(part.flops for part in parts),
        rest=sum((part.rest for part in parts), Operations()),
        layers=layers,
    )


def _block_rows(block: BlockPlan) -> Iterator[LayerCost]:
    for conv in block.convs:
        yield _conv_row(block.index, conv, residual=block.residual and conv is block.convs[-1])
    if block.removed is not None:
        yield LayerCost(
            block=block.index,
            role="removed",
            out_channels=block.removed.channels,
            size=block.removed.size,
            params=0,
            flops=0,
            rest=Operations(),
        )
    for attention in (block.substitute, block.insert):
        if attention is not None:
            yield _attention_row(block.index, attention)


def _conv_row(block: int, conv: Conv, *, residual: bool) -> LayerCost:
    weights = conv.kernel**2 * conv.in_channels // conv.groups * conv.out_channels
    elements = conv.out_channels * conv.size**2
    return LayerCost(
        block=block,
        role=conv.role,
        out_channels=conv.out_channels,
        size=conv.size,
        params=weights + 2 * conv.out_channels,
        flops=weights * conv.size**2,
        rest=Operations(
            norms=elements,
            activations=elements if conv.activation is not None else 0,
            additions=elements if residual else 0,
        ),
    )


def _attention_row(block: int, layer: Attention) -> LayerCost:
    cost = attention_cost(layer.mechanism, layer.channels, layer.groups, layer.size)
    return LayerCost(
        block=block,
        role=layer.role,
        out_channels=layer.channels,
        size=layer.size,
        params=cost.params,
        flops=cost.flops,
        rest=cost.rest,
    )


def _classifier_row(block: int, linear: Linear) -> LayerCost:
    return LayerCost(
        block=block,
        role=linear.role,
        out_channels=linear.out_features,
        size=1,
        params=(linear.in_features + 1) * linear.out_features,
        flops=linear.in_features * linear.out_features,
        rest=Operations(pooling=linear.in_features * linear.pooled_size**2),
    )
