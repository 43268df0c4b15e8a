"""Why a space has nothing to search."""

from spaces.change import ChangeMode
from ulsam.errors import InvalidError


class SpaceError(InvalidError):
    """A space holds no network that may be chosen; ``where`` is the section that leaves none."""


class NoPlacementError(SpaceError):
    """Placements are wanted, and no block takes one."""


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
