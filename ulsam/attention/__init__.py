"""Attention mechanisms, one a file: each takes a feature map and gives one of the same shape.

:mod:`ulsam.attention.cost` counts what each costs and needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ulsam.attention.bam import BAM
    from ulsam.attention.cbam import CBAM
    from ulsam.attention.coordinate import CoordinateAttention
    from ulsam.attention.double_attention import DoubleAttention
    from ulsam.attention.eca import ECA
    from ulsam.attention.global_context import GlobalContext
    from ulsam.attention.non_local import NonLocal
    from ulsam.attention.simam import SimAM
    from ulsam.attention.squeeze_excite import SqueezeExcite
    from ulsam.attention.ulsam import ULSAM

__all__ = [
    "BAM",
    "CBAM",
    "ECA",
    "ULSAM",
    "CoordinateAttention",
    "DoubleAttention",
    "GlobalContext",
    "NonLocal",
    "SimAM",
    "SqueezeExcite",
]

_MODULES = {
    "BAM": "bam",
    "CBAM": "cbam",
    "ULSAM": "ulsam",
    "ECA": "eca",
    "SimAM": "simam",
    "CoordinateAttention": "coordinate",
    "DoubleAttention": "double_attention",
    "GlobalContext": "global_context",
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
