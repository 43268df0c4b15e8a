"""Exact parameters and FLOPs of a network, by arithmetic on its layer plan.

Counted as in the ULSAM publication and the MobileNet papers: one multiply-add is one FLOP, and only
convolutions and linear layers are counted, those of attention modules too (ULSAM's are 2m a position; table 1 of
the publication). Parameters are all that are trained: weights, biases and norms.
"""

from dataclasses import dataclass

from ulsam.arch import ArchConfig
from ulsam.attention.cost import attention_cost
from ulsam.plan import Attention, Conv, Layer, layer_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCost:
    """One layer's share. ``block`` is its number in the network, ``size`` its output's height and width."""

    block: int
    role: str
    out_channels: int
    size: int
    params: int
    flops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Cost of a network for one image.

    Attributes:
        params: trained parameters.
        flops: multiply-adds.
        layers: a row for each layer, in order; their sums are ``params`` and ``flops``.
    """

    params: int
    flops: int
    layers: tuple[LayerCost, ...]


def count_cost(arch: ArchConfig, input_size: int = 224) -> Cost:
    """Counts ``arch`` on a square image of ``input_size`` pixels.

    Raises:
        ValueError: a placement falls on a 1x1 map.
    """
    plan = layer_plan(arch, input_size)
    rows = [_row(block.index, layer) for block in plan.blocks for layer in block.layers]
    rows.append(_row(len(plan.blocks), plan.classifier))
    return Cost(params=sum(row.params for row in rows), flops=sum(row.flops for row in rows), layers=tuple(rows))


def _row(block: int, layer: Layer) -> LayerCost:
    if isinstance(layer, Conv):
        weights = layer.kernel**2 * layer.in_channels // layer.groups * layer.out_channels
        size, channels = layer.size, layer.out_channels
        params, flops = weights + 2 * channels, weights * size**2
    elif isinstance(layer, Attention):
        size, channels = layer.size, layer.channels
        params, flops = attention_cost(layer.mechanism, channels, layer.groups, size)
    else:
        size, channels = 1, layer.out_features
        params, flops = (layer.in_features + 1) * channels, layer.in_features * channels
    return LayerCost(block=block, role=layer.role, out_channels=channels, size=size, params=params, flops=flops)
