"""What each attention mechanism costs, in closed form.

FLOPs are multiply-adds of convolutions and linear layers alone, as everywhere in :mod:`ulsam.cost`: products of
two feature maps (the attention matrix of the non-local block, the descriptors of A2-Net) are counted apart, as
table 1 of the ULSAM publication leaves them out. Parameters count biases and norms, which that table leaves out.
"""

from dataclasses import dataclass
from math import log2
from typing import assert_never

from ulsam.arch import Mechanism
from ulsam.operations import Operations

_SE_REDUCTION, _A2_REDUCTION, _GC_REDUCTION, _CBAM_KERNEL = 16, 8, 16, 7  # the modules' defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionCost:
    """Cost of one module for one image; ``rest`` is what ``flops`` leaves out."""

    params: int
    flops: int
    rest: Operations


def attention_cost(mechanism: Mechanism, channels: int, groups: int, size: int) -> AttentionCost:
    """Returns the cost of one attention module for one image.

    Args:
        mechanism: the name of the mechanism.
        channels: the number of channels of the map, at least 1.
        groups: the number of subspaces of ULSAM, a divisor of ``channels``; other mechanisms ignore the argument.
        size: height and width of the map in pixels.
    """
    positions = size**2
    match mechanism:
        case "ulsam":
            return _ulsam(channels, groups, positions)
        case "squeeze_excite":
            return _squeeze_excite(channels, positions)
        case "cbam":
            return _cbam(channels, positions)
        case "bam":
            return _bam(channels, positions)
        case "non_local":
            return _non_local(channels, positions)
        case "double_attention":
            return _double_attention(channels, positions)
        case "eca":
            return _eca(channels, positions)
        case "simam":
            return _simam(channels, positions)
        case "coordinate":
            return _coordinate(channels, size)
        case "global_context":
            return _global_context(channels, positions)
        case _:
            assert_never(mechanism)


def _ulsam(m: int, groups: int, positions: int) -> AttentionCost:
    everywhere = m * positions
    passed = everywhere + groups * positions  # the maps after the depthwise, then after the pointwise
    return AttentionCost(
        params=5 * m + 3 * groups,
        flops=2 * everywhere,
        rest=Operations(
            norms=passed,
            activations=passed,
            pooling=9 * everywhere,
            softmax=groups * positions,
            multiplies=everywhere,
            additions=groups * positions,  # 1 + A, before the product with F
        ),
    )


def _squeeze_excite(m: int, positions: int) -> AttentionCost:
    hidden, everywhere = _hidden(m, _SE_REDUCTION), m * positions
    return AttentionCost(
        params=2 * m * hidden,
        flops=2 * m * hidden,
        rest=Operations(pooling=everywhere, activations=hidden + m, multiplies=everywhere),
    )


def _cbam(m: int, positions: int) -> AttentionCost:
    hidden, everywhere = _hidden(m, _SE_REDUCTION), m * positions
    weights, spatial = 2 * m * hidden, 2 * _CBAM_KERNEL**2
    return AttentionCost(
        params=weights + spatial + 2,
        flops=2 * weights + spatial * positions,  # the hidden layer sees mean and maximum
        rest=Operations(
            norms=positions,
            activations=2 * hidden + m + positions,
            pooling=4 * everywhere,  # mean and maximum, over positions and over channels
            multiplies=2 * everywhere,
            additions=m,
        ),
    )


def _bam(m: int, positions: int) -> AttentionCost:
    hidden, everywhere = _hidden(m, _SE_REDUCTION), m * positions
    channel, spatial = 2 * m * hidden, m * hidden + 18 * hidden**2 + hidden
    biases, norms = (hidden + m) + (3 * hidden + 1), 2 * (m + 3 * hidden + 1)
    return AttentionCost(
        params=channel + spatial + biases + norms,
        flops=channel + spatial * positions,
        rest=Operations(
            norms=m + (3 * hidden + 1) * positions,
            activations=hidden + 3 * hidden * positions + everywhere,
            pooling=everywhere,
            multiplies=everywhere,
            additions=2 * everywhere,
        ),
    )


def _non_local(m: int, positions: int) -> AttentionCost:
    inner, everywhere = _hidden(m, 2), m * positions
    weights = 4 * m * inner
    return AttentionCost(
        params=weights + 3 * inner + m + 2 * m,
        flops=weights * positions,
        rest=Operations(
            products=2 * inner * positions**2, softmax=positions**2, norms=everywhere, additions=everywhere
        ),
    )


def _double_attention(m: int, positions: int) -> AttentionCost:
    inner = _hidden(m, _A2_REDUCTION)
    weights = 4 * m * inner
    return AttentionCost(
        params=weights + 3 * inner + m,
        flops=weights * positions,
        rest=Operations(products=2 * inner**2 * positions, softmax=2 * inner * positions, additions=m * positions),
    )


def _eca(m: int, positions: int) -> AttentionCost:
    kernel, everywhere = eca_kernel(m), m * positions
    return AttentionCost(
        params=kernel,
        flops=kernel * m,
        rest=Operations(pooling=everywhere, activations=m, multiplies=everywhere),
    )


def eca_kernel(channels: int) -> int:
    """Returns the number of channels that the attention of each channel in ECA sees, an odd one of at least 3.

    The next odd number from (log2(m) + 1) / 2 on, rounded down: equation 12 of https://arxiv.org/abs/1910.03151 with
    its gamma 2 and b 1, as its authors compute it.

    Args:
        channels: m, at least 1.
    """
    wanted = int((log2(channels) + 1) / 2)
    return max(3, wanted + 1 - wanted % 2)


def _simam(m: int, positions: int) -> AttentionCost:
    everywhere = m * positions
    return AttentionCost(
        params=0,
        flops=0,
        rest=Operations(
            pooling=2 * everywhere,  # mean and variance
            activations=everywhere,
            multiplies=3 * everywhere,  # the square, its share of the variance, the output
            additions=2 * everywhere + m,  # x - mean, 1/2, and lambda for each channel
        ),
    )


def _coordinate(m: int, size: int) -> AttentionCost:
    hidden, everywhere, lines = coordinate_hidden(m), m * size**2, 2 * size  # rows and columns
    return AttentionCost(
        params=3 * m * hidden + 2 * hidden,
        flops=2 * m * hidden * lines,
        rest=Operations(
            norms=hidden * lines,
            activations=hidden * lines + m * lines,
            pooling=2 * everywhere,
            multiplies=2 * everywhere,
        ),
    )


def coordinate_hidden(channels: int) -> int:
    """Returns the number of hidden channels of coordinate attention.

    Args:
        channels: m, at least 1.
    """
    return max(8, channels // 32)


def _global_context(m: int, positions: int) -> AttentionCost:
    hidden, everywhere = _hidden(m, _GC_REDUCTION), m * positions
    return AttentionCost(
        params=(m + 1) + 2 * m * hidden + (hidden + m) + 2 * hidden,
        flops=everywhere + 2 * m * hidden,
        rest=Operations(
            products=everywhere,  # the sum over positions, weighed by attention
            softmax=positions,
            norms=hidden,
            activations=hidden,
            additions=everywhere,
        ),
    )


def _hidden(channels: int, reduction: int) -> int:
    return max(1, channels // reduction)
