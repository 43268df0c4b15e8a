"""The publication's tables beside the counts of this package."""

from pathlib import Path

from search.artifacts.reference_blueprints import prepare_command, train_command, write_blueprints
from ulsam.reference import AttentionReference, NetworkReference, attention_references, network_references


def reference_attention() -> tuple[AttentionReference, ...]:
    """Returns the attention mechanisms, first the publication's six: formulas and printed figures beside counts."""
    return attention_references()


def reference_networks(out: Path | None = None) -> tuple[NetworkReference, ...]:
    """Returns the publication's networks: architecture, costs, difference, and printed accuracy.

    Args:
        out: folder to write a file for each network to, to train it from; must not exist yet; None: none is written.

    Raises:
        UsageError: ``out`` exists.
    """
    if out is not None:
        write_blueprints(out)
    return network_references()


def commands_to_train(network: NetworkReference, folder: Path) -> tuple[str, str]:
    """Returns the command that prepares the data of a network, and the command that trains it.

    Args:
        network: of the publication.
        folder: where :func:`reference_networks` wrote the files.
    """
    return prepare_command(network), train_command(network, folder)
