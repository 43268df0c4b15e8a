"""A network as its blocks, from the stem to the classifier: the output, the costs and the attention of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from spaces import KNOWN_COSTS, Candidate, KnownCost
from ulsam import Placement, count_cost

MODE_WORDS = {"insert": "after", "substitute": "replaces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSummary:
    """One block.

    Attributes:
        name: such as ``block 12`` or ``stem``.
        number: its number in the network; None for the stem, the head and the classifier.
        channels, size: of its output: channels, and height and width in pixels.
        costs: by name, including its attention; only costs that layers have shares of.
        mode: the place of its attention: ``after`` the block, or it ``replaces`` the block; None: there is none.
        attention: such as ``g=2`` (ULSAM) or ``cbam``; None: there is none.
        removed: whether it is removed: its output is its input, at no cost.
    """

    name: str
    number: int | None
    channels: int
    size: int
    costs: Mapping[str, int] = field(hash=False)
    mode: str | None = None
    attention: str | None = None
    removed: bool = False


def attention_words(placement: Placement) -> str:
    """Returns the mechanism of a placement: ``g=2`` (ULSAM) or ``cbam``."""
    return f"g={placement.groups}" if placement.attention == "ulsam" else placement.attention


def by_layer(known_costs: Iterable[KnownCost]) -> tuple[KnownCost, ...]:
    """Returns the known costs that layers, and thus blocks, have shares of."""
    return tuple(cost for cost in known_costs if cost.of_layer is not None)


def blocks_of(network: Candidate, known_costs: Iterable[KnownCost] = KNOWN_COSTS) -> list[BlockSummary]:
    """Returns the blocks of a network, from the stem to the classifier; their costs add up to the network's.

    Args:
        network: at its own input size.
        known_costs: the costs to count; those that layers have no shares of are left out.
    """
    placements, blocks = {placement.block: placement for placement in network.arch.placements}, []
    shares = {cost.name: cost.of_layer for cost in known_costs if cost.of_layer is not None}
    cost = count_cost(network.arch, network.input_size)
    for number, layers in groupby(cost.layers, key=lambda layer: layer.block):
        rows = list(layers)
        named = rows[0].role if rows[0].role in ("stem", "head", "classifier") else None
        mode = attention = None
        if (placement := placements.get(number)) is not None:
            mode, attention = MODE_WORDS[placement.mode], attention_words(placement)
        blocks.append(
            BlockSummary(
                name=named or f"block {number}",
                number=None if named else number,
                channels=rows[-1].out_channels,
                size=rows[-1].size,
                costs={name: sum(map(share, rows)) for name, share in shares.items()},
                mode=mode,
                attention=attention,
                removed=number in network.arch.removed,
            )
        )
    return blocks
