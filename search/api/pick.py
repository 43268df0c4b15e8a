"""The ways to pick a network that ``export`` offers; apart from it, so that ``--help`` loads nothing else."""

from search.analysis.pick import Pick

__all__ = ["Pick"]
