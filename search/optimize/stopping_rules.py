"""The rules of early stopping, by the names that a search may use."""

from collections.abc import Callable, Mapping
from typing import Literal

from search.optimize.early_stopping import StoppingRule
from search.optimize.front_stopping import FrontStopping

StoppingRuleName = Literal["front"]
RuleFactory = Callable[[], StoppingRule]

STOPPING_RULES: Mapping[StoppingRuleName, RuleFactory] = {"front": FrontStopping}


def make_stopping_rule(name: StoppingRuleName) -> StoppingRule:
    """Returns a new rule of early stopping, which has seen no trial.

    Args:
        name: of the rule, as search files have it.
    """
    return STOPPING_RULES[name]()
