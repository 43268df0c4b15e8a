"""The ways to pick a network that ``export`` offers, in a separate file so that ``--help`` loads nothing else."""

from search.analysis.pick import Pick

__all__ = ["Pick"]
