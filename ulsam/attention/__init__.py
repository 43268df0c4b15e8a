"""Attention mechanisms, one a file: each takes a feature map and gives one of the same shape."""

from ulsam.attention.bam import BAM
from ulsam.attention.cbam import CBAM
from ulsam.attention.double_attention import DoubleAttention
from ulsam.attention.non_local import NonLocal
from ulsam.attention.squeeze_excite import SqueezeExcite
from ulsam.attention.ulsam import ULSAM

__all__ = ["BAM", "CBAM", "ULSAM", "DoubleAttention", "NonLocal", "SqueezeExcite"]
