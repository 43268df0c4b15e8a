"""What an exported network is, in figures for programs."""

from pathlib import Path
from typing import Any

from search.analysis.interval import accuracy_interval
from search.artifacts.network import ExportedNetwork


def figures(network: ExportedNetwork, folder: Path) -> dict[str, Any]:
    """For JSON: where it is, what was measured, and between which shares its accuracy lies.

    The measurements contain each metric and each cost under its name.
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
