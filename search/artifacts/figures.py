"""An exported network in figures for programs."""

from pathlib import Path
from typing import Any

from search.analysis.score_intervals import score_intervals
from search.artifacts.network import ExportedNetwork


def figures(network: ExportedNetwork, folder: Path) -> dict[str, Any]:
    """Returns the folder of a network, what was measured, the intervals of its metrics, and its origin, for JSON.

    The measurements contain each metric and each cost under its name. Intervals are in shares, 0 to 1.

    Args:
        network: the exported network.
        folder: of the network; given as ``out``.
    """
    measured = network.measured
    intervals = {name: interval.to_dict() for name, interval in score_intervals(measured.score).items()}
    return {
        "out": str(folder),
        "arch_id": network.arch.arch_id,
        "measured": {
            **measured.score.to_dict(),
            **measured.costs,
            **measured.model_dump(mode="json", exclude={"metrics", "costs"}),
        },
        "accuracy_interval": intervals["accuracy"],
        "intervals": intervals,
        "origin": network.origin.model_dump(mode="json"),
    }
