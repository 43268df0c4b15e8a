"""The search: asks, schedules, records, draws and exports.

Two parts serve any study of one's own: ``KnownCostSampler`` in plain Optuna, ``FrontScheduler`` in plain Ray Tune.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.run.front_scheduler import FrontScheduler
    from search.strategy.candidates import SpaceExhaustedError
    from search.strategy.optuna_sampler import KnownCostSampler

__all__ = ["FrontScheduler", "KnownCostSampler", "SpaceExhaustedError"]


def __getattr__(name: str) -> Any:
    """Imports them when they are asked for: the command line starts without Optuna and Ray."""
    if name == "FrontScheduler":
        from search.run import front_scheduler

        return front_scheduler.FrontScheduler
    if name == "KnownCostSampler":
        from search.strategy import optuna_sampler

        return optuna_sampler.KnownCostSampler
    if name == "SpaceExhaustedError":
        from search.strategy import candidates

        return candidates.SpaceExhaustedError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
