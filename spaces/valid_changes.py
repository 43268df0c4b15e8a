"""Which changes a plain network can take: the shape fits, g divides the channels, attention has a map large enough."""

from collections.abc import Sequence

from spaces.candidate import Candidate
from spaces.change import Change, ChangeMode
from ulsam import layer_plan
from ulsam.arch import CHANNEL_ATTENTION, ArchError, Mechanism
from ulsam.backbones import backbone_shape


class ValidChanges:
    """The changes that ``base``, a network without any, can take.

    A unit is one block, or several blocks that are changed alike.

    Args:
        base: the network.
        min_map: the smallest side of a map, in pixels, that takes attention over positions; attention over channels
            alone takes any map above 1x1.
    """

    def __init__(self, base: Candidate, min_map: int = 1) -> None:
        self.base = base
        self._min_map = min_map
        self._shapes = backbone_shape(base.arch.backbone, base.arch.width).blocks
        self._sizes = [block.convs[-1].size for block in layer_plan(base.arch, base.input_size).blocks]

    @property
    def blocks(self) -> range:
        """The numbers of all blocks."""
        return range(1, len(self._shapes) + 1)

    def placements(
        self, unit: Sequence[int], modes: Sequence[ChangeMode], groups: Sequence[int], mechanism: Mechanism
    ) -> list[tuple[Change, ...]]:
        """Returns the valid choices of attention at a unit, each with one change for every block.

        Args:
            unit: numbers of the blocks; a block that the backbone does not have leaves no choice.
            modes: how blocks may be changed; ``remove`` is ignored.
            groups: the numbers of subspaces to choose from.
            mechanism: the mechanism.
        """
        if not self._has(unit) or any(self._is_small(block, mechanism) for block in unit):
            return []
        return [
            tuple(Change.to(mode, block, groups=g, attention=mechanism) for block in unit)
            for mode in modes
            if mode == "insert" or (mode == "substitute" and self._keeps_shape(unit))
            for g in groups
            if all(self._shapes[block - 1].out_channels % g == 0 for block in unit)
        ]

    def removals(self, unit: Sequence[int]) -> list[tuple[Change, ...]]:
        """Returns the choice to remove all blocks of ``unit``; empty if that is not valid."""
        return [tuple(map(Change, unit))] if self._has(unit) and self._keeps_shape(unit) else []

    def why_not(self, unit: Sequence[int], mode: ChangeMode, groups: Sequence[int]) -> str:
        """Returns in words why a unit can't be changed.

        Args:
            unit: numbers of the blocks.
            mode: how the blocks should be changed.
            groups: the numbers of subspaces to choose from.
        """
        for block in unit:
            try:
                self.base.with_changes((Change.to(mode, block),))
            except ArchError as error:
                return str(error)
            size = self._sizes[block]
            if mode != "remove" and (size == 1 or size < self._min_map):
                where = f"block {block} of {self.base.arch.backbone} has a map of {size}x{size}"
                least = f", and min_map is {self._min_map}" if size > 1 else ""
                return f"{where} at {self.base.input_size} px{least}"
        channels = ", ".join(str(self._shapes[block - 1].out_channels) for block in unit)
        return f"no g of {list(groups)} divides the channels ({channels})"

    def _is_small(self, block: int, mechanism: Mechanism) -> bool:
        return self._sizes[block] < (2 if mechanism in CHANNEL_ATTENTION else max(2, self._min_map))

    def _has(self, unit: Sequence[int]) -> bool:
        return all(block in self.blocks for block in unit)

    def _keeps_shape(self, unit: Sequence[int]) -> bool:
        return all(self._shapes[block - 1].keeps_shape for block in unit)
