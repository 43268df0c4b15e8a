"""Networks with subspace attention: what they are, what they cost, how they are built. Needs torch alone."""

from ulsam.arch import ArchConfig, Placement
from ulsam.attention import ULSAM
from ulsam.cost import Cost, LayerCost, count_cost
from ulsam.inherit import Inheritance, inherit
from ulsam.maps import AttentionMaps, attention_maps
from ulsam.mobilenet import MobileNet, build_model
from ulsam.operations import Operations
from ulsam.plan import LayerPlan, layer_plan

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
