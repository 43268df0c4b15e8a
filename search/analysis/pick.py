"""Ways to pick a network; in a file of its own, so that ``--help`` loads nothing else."""

from typing import Literal

Pick = Literal["best", "knee", "cheapest-within-1se"]
