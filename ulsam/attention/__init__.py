"""Attention mechanisms, one a file: each takes a feature map and gives one of the same shape.

:mod:`ulsam.attention.cost` counts what each costs and needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ulsam.attention.bam import BAM
    from ulsam.attention.cbam import CBAM
    from ulsam.attention.double_attention import DoubleAttention
    from ulsam.attention.non_local import NonLocal
    from ulsam.attention.squeeze_excite import SqueezeExcite
    from ulsam.attention.ulsam import ULSAM

__all__ = ["BAM", "CBAM", "ULSAM", "DoubleAttention", "NonLocal", "SqueezeExcite"]

_MODULES = {
    "BAM": "bam",
    "CBAM": "cbam",
    "ULSAM": "ulsam",
    "DoubleAttention": "double_attention",
    "NonLocal": "non_local",
    "SqueezeExcite": "squeeze_excite",
}


def __getattr__(name: str) -> Any:
    """Imports a mechanism, and torch with it, at its first use (PEP 562).

    Raises:
        AttributeError: there is no such mechanism.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
