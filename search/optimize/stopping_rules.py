"""The rules of early stopping, by the names that a search may use."""

from collections.abc import Callable, Mapping
from typing import Literal

from search.optimize.early_stopping import Noise, StoppingRule
from search.optimize.front_stopping import FrontStopping

StoppingRuleName = Literal["front"]
RuleFactory = Callable[[Noise], StoppingRule]

STOPPING_RULES: Mapping[StoppingRuleName, RuleFactory] = {"front": FrontStopping}


def make_stopping_rule(name: StoppingRuleName, noise: Noise) -> StoppingRule:
    """The rule of that name, for scores with that ``noise``."""
    return STOPPING_RULES[name](noise)
