"""Networks with subspace attention: their architecture, their cost and their construction. Needs only torch.

Architectures and costs need no torch. The package imports torch on the first use of a name that needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ulsam.arch import ArchConfig, Placement
from ulsam.cost import Cost, LayerCost, count_cost
from ulsam.operations import Operations
from ulsam.plan import LayerPlan, layer_plan

if TYPE_CHECKING:
    from ulsam.attention.ulsam import ULSAM
    from ulsam.inheritance import Inheritance, inherit
    from ulsam.maps import AttentionMaps, attention_maps
    from ulsam.mobilenet import MobileNet, build_model

__all__ = [
    "ULSAM",
    "ArchConfig",
    "AttentionMaps",
    "Cost",
    "Inheritance",
    "LayerCost",
    "LayerPlan",
    "MobileNet",
    "Operations",
    "Placement",
    "attention_maps",
    "build_model",
    "count_cost",
    "inherit",
    "layer_plan",
]

_WITH_TORCH = {
    "ULSAM": "ulsam.attention.ulsam",
    "Inheritance": "ulsam.inheritance",
    "inherit": "ulsam.inheritance",
    "AttentionMaps": "ulsam.maps",
    "attention_maps": "ulsam.maps",
    "MobileNet": "ulsam.mobilenet",
    "build_model": "ulsam.mobilenet",
}


def __getattr__(name: str) -> Any:
    """Imports a name that needs torch at its first use (PEP 562).

    Raises:
        AttributeError: the package has no such name.
    """
    if name not in _WITH_TORCH:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WITH_TORCH[name]), name)
