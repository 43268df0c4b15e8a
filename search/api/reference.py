"""The publication's tables beside what is counted here."""

from pathlib import Path

from search.artifacts.reference_blueprints import write_blueprints
from ulsam.reference import AttentionReference, NetworkReference, attention_references, network_references


def reference_attention() -> tuple[AttentionReference, ...]:
    """The publication's six attention mechanisms: its formulas and printed figures beside the modules as built."""
    return attention_references()


def reference_networks(out: Path | None = None) -> tuple[NetworkReference, ...]:
    """The publication's networks: architecture, costs, difference, and the printed accuracy.

    Args:
        out: a new folder for a file of each network, to train it from; None: none is written.

    Raises:
        UsageError: ``out`` exists.
    """
    if out is not None:
        write_blueprints(out)
    return network_references()
