"""The publication's tables beside what is counted here."""

from pathlib import Path

from search.artifacts.reference_blueprints import prepare_command, train_command, write_blueprints
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


def commands_to_train(network: NetworkReference, folder: Path) -> tuple[str, str]:
    """The commands that prepare the data of ``network``, and train it from the file that is in ``folder``."""
    return prepare_command(network), train_command(network, folder)
