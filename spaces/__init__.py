"""Which networks may be chosen: search spaces and budgets."""

from spaces.budgets import Budgets, format_count, parse_count
from spaces.config import BudgetsConfig, SpaceConfig, build_space
from spaces.encoding import Encoding
from spaces.space import SearchSpace, SpaceError

__all__ = [
    "Budgets",
    "BudgetsConfig",
    "Encoding",
    "SearchSpace",
    "SpaceConfig",
    "SpaceError",
    "build_space",
    "format_count",
    "parse_count",
]
