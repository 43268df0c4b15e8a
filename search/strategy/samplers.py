"""The samplers a search may use: ours, which knows what networks cost, and Optuna's own."""

from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

OptunaSamplerName = Literal["tpe", "nsga2", "gp", "random"]
SamplerName = Literal["known_cost", "tpe", "nsga2", "gp", "random"]


def make_sampler(name: OptunaSamplerName, seed: int) -> "BaseSampler":
    """Optuna's sampler of that name, seeded."""
    # Here, as the names alone are in every search file, and Optuna takes a second to import.
    from optuna.samplers import GPSampler, NSGAIISampler, RandomSampler, TPESampler

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
