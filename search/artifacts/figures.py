"""An exported network in figures for programs."""

from pathlib import Path
from typing import Any

from search.analysis.interval import accuracy_interval
from search.artifacts.network import ExportedNetwork


def figures(network: ExportedNetwork, folder: Path) -> dict[str, Any]:
    """Returns the folder of a network, what was measured, the interval of its accuracy, and its origin, for JSON.

    The measurements contain each metric and each cost under its name. The interval is in shares, 0 to 1.

    Args:
        network: the exported network.
        folder: of the network; given as ``out``.
    """
    measured = network.measured
    return {
        "out": str(folder),
        "arch_id": network.arch.arch_id,
        "measured": {
            **measured.score.to_dict(),
            **measured.costs,
            **measured.model_dump(mode="json", exclude={"metrics", "costs"}),
        },
        "accuracy_interval": accuracy_interval(measured.correct, measured.images).to_dict(),
        "origin": network.origin.model_dump(mode="json"),
    }
