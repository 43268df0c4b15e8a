"""Optuna's own samplers, by the names that a search may use."""

from typing import assert_never

from optuna.samplers import BaseSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler

from search.optimize.sampler_names import OptunaSamplerName


def make_sampler(name: OptunaSamplerName, seed: int) -> BaseSampler:
    """Returns one of Optuna's samplers.

    Args:
        name: of the sampler, as search files have it.
        seed: of all that the sampler draws.
    """
    match name:
        case "tpe":
            return TPESampler(seed=seed, multivariate=True)
        case "nsga2":
            return NSGAIISampler(seed=seed)
        case "gp":
            return GPSampler(seed=seed, deterministic_objective=False)
        case "random":
            return RandomSampler(seed=seed)
        case _:
            assert_never(name)
