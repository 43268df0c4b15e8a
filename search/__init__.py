"""The search: asks, schedules, records, draws and exports.

``launch``, ``Run`` and the other commands are functions for a notebook too; see :mod:`search.api`. Two parts serve any
study of one's own: ``KnownCostSampler`` in plain Optuna, ``FrontScheduler`` in plain Ray Tune.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from search.api.launch import launch
    from search.api.plan import plan
    from search.api.prepare import prepare
    from search.api.resume import resume
    from search.api.run import Run
    from search.api.train import train
    from search.optimize.candidates import SpaceExhaustedError
    from search.optimize.optuna_sampler import KnownCostSampler
    from search.ray_backend.front_scheduler import FrontScheduler

__all__ = [
    "FrontScheduler",
    "KnownCostSampler",
    "Run",
    "SpaceExhaustedError",
    "launch",
    "plan",
    "prepare",
    "resume",
    "train",
]

_MODULES = {
    "FrontScheduler": "search.ray_backend.front_scheduler",
    "KnownCostSampler": "search.optimize.optuna_sampler",
    "Run": "search.api.run",
    "SpaceExhaustedError": "search.optimize.candidates",
    "launch": "search.api.launch",
    "plan": "search.api.plan",
    "prepare": "search.api.prepare",
    "resume": "search.api.resume",
    "train": "search.api.train",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is asked for (PEP 562): the command line starts without Optuna and Ray."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
