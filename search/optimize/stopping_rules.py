"""The rules of early stopping, by the names that a search may use."""

from collections.abc import Callable, Mapping
from typing import Literal

from search.optimize.early_stopping import StoppingRule
from search.optimize.front_stopping import FrontStopping

StoppingRuleName = Literal["front"]

STOPPING_RULES: Mapping[StoppingRuleName, Callable[[Callable[[float], float]], StoppingRule]] = {"front": FrontStopping}


def make_stopping_rule(name: StoppingRuleName, noise: Callable[[float], float]) -> StoppingRule:
    """The rule of that name; ``noise``: of a score, its standard deviation around what is scored on average."""
    return STOPPING_RULES[name](noise)
