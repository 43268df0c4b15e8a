"""Which networks may be chosen, what they cost together: search spaces, known costs and budgets."""

from spaces.budgets import Budgets
from spaces.candidate import MAX_INPUT_SIZE, Candidate
from spaces.change import Change
from spaces.config import BudgetsConfig, SpaceConfig, build_space
from spaces.counts import format_count, parse_count
from spaces.encoding import Encoding
from spaces.errors import SpaceError
from spaces.known_cost import FLOPS, KNOWN_COSTS, PARAMS, KnownCost, count_known_costs, describe_costs, describe_least
from spaces.space import SearchSpace

__all__ = [
    "FLOPS",
    "KNOWN_COSTS",
    "MAX_INPUT_SIZE",
    "PARAMS",
    "Budgets",
    "BudgetsConfig",
    "Candidate",
    "Change",
    "Encoding",
    "KnownCost",
    "SearchSpace",
    "SpaceConfig",
    "SpaceError",
    "build_space",
    "count_known_costs",
    "describe_costs",
    "describe_least",
    "format_count",
    "parse_count",
]
