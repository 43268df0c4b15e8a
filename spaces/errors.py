"""Why a space has nothing to search."""

from collections.abc import Sequence

from spaces.change import ChangeMode
from ulsam.errors import InvalidError


class SpaceError(InvalidError):
    """A space holds no network that may be chosen; ``where`` is the section that leaves none."""


class NoPlacementError(SpaceError):
    """Attention is wanted, and no block takes it.

    Attributes:
        min_map: the smallest side of a map, in pixels, that takes attention over positions.
    """

    def __init__(
        self,
        backbones: Sequence[str],
        *,
        modes: Sequence[ChangeMode],
        groups: Sequence[int],
        blocks: Sequence[int] | None,
        input_sizes: Sequence[int],
        min_map: int,
    ) -> None:
        listed = "" if blocks is None else f" that space.placements.blocks lists ({', '.join(map(str, blocks))})"
        least = "" if min_map == 1 else f", min_map {min_map}"
        super().__init__(
            f"attention fits at no position: with groups {list(groups)}, modes {list(modes)}{least} and "
            f"{' or '.join(map(str, input_sizes))} px no block of {' or '.join(backbones)}{listed} takes it",
            where="space",
        )
        self.min_map = min_map


class NoChangeError(SpaceError):
    """Blocks that a user names can't be changed as they are to be, in any network.

    Attributes:
        blocks: their numbers.
        mode: how.
    """

    def __init__(self, what: str, *, where: str, blocks: tuple[int, ...], mode: ChangeMode) -> None:
        super().__init__(what, where=where)
        self.blocks = blocks
        self.mode = mode


class NoNetworkError(SpaceError):
    """No network is within the budgets.

    Attributes:
        least: by the name of a known cost, the least that a network of the space has.
    """

    def __init__(self, what: str, *, least: dict[str, int]) -> None:
        super().__init__(what, where="budgets")
        self.least = least
