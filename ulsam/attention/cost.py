"""What each attention mechanism costs, in closed form.

FLOPs are multiply-adds of convolutions and linear layers alone, as everywhere in :mod:`ulsam.cost`: products of
two feature maps (the attention matrix of the non-local block, the descriptors of A2-Net) are not counted,
as they are not in table 1 of the ULSAM publication. Parameters count biases and norms, which that table
leaves out.
"""

from typing import assert_never

from ulsam.arch import Mechanism

_SE_REDUCTION, _A2_REDUCTION, _CBAM_KERNEL = 16, 8, 7  # the modules' defaults


def attention_cost(mechanism: Mechanism, channels: int, groups: int, size: int) -> tuple[int, int]:
    """Parameters and FLOPs of a mechanism over ``channels`` x ``size`` x ``size``."""
    m, positions = channels, size**2
    match mechanism:
        case "ulsam":
            return 5 * m + 3 * groups, 2 * m * positions
        case "squeeze_excite":
            weights = 2 * m * _hidden(m, _SE_REDUCTION)
            return weights, weights
        case "cbam":
            weights, spatial = 2 * m * _hidden(m, _SE_REDUCTION), 2 * _CBAM_KERNEL**2
            return weights + spatial + 2, 2 * weights + spatial * positions  # the hidden layer sees mean and maximum
        case "bam":
            hidden = _hidden(m, _SE_REDUCTION)
            channel, spatial = 2 * m * hidden, m * hidden + 18 * hidden**2 + hidden
            biases, norms = (hidden + m) + (3 * hidden + 1), 2 * (m + 3 * hidden + 1)
            return channel + spatial + biases + norms, channel + spatial * positions
        case "non_local":
            inner = _hidden(m, 2)
            weights = 4 * m * inner
            return weights + 3 * inner + m + 2 * m, weights * positions
        case "double_attention":
            inner = _hidden(m, _A2_REDUCTION)
            weights = 4 * m * inner
            return weights + 3 * inner + m, weights * positions
        case _:
            assert_never(mechanism)


def _hidden(channels: int, reduction: int) -> int:
    return max(1, channels // reduction)
