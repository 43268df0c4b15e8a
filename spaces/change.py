"""The change at one block of a plain network."""

from dataclasses import dataclass
from typing import Literal, get_args

from ulsam import Placement
from ulsam.arch import Mechanism
from ulsam.errors import InvalidError

ChangeMode = Literal["insert", "substitute", "remove"]
CHANGE_MODES: tuple[ChangeMode, ...] = get_args(ChangeMode)


@dataclass(frozen=True, slots=True)
class Change:
    """Attention is placed at a block, or the block is left out.

    Attributes:
        block: its number.
        placement: the attention; None: the block is removed.

    Raises:
        InvalidError: the placement is at another block.
    """

    block: int
    placement: Placement | None = None

    def __post_init__(self) -> None:
        if self.placement is not None and self.placement.block != self.block:
            raise InvalidError(where="placement", expected=f"one at block {self.block}", got=repr(self.placement))

    @classmethod
    def to(cls, mode: ChangeMode, block: int, *, groups: int = 1, attention: Mechanism = "ulsam") -> "Change":
        """Returns a change of one block.

        Args:
            mode: how the block is changed.
            block: its number, from 1.
            groups: the number of subspaces; ignored if the block is removed.
            attention: the mechanism; ignored if the block is removed.

        Raises:
            ArchError: a value is out of range, or ``attention`` has no subspaces and ``groups`` is not 1.
        """
        if mode == "remove":
            return cls(block)
        return cls(block, Placement(block=block, mode=mode, groups=groups, attention=attention))

    @property
    def mode(self) -> ChangeMode:
        """How the block is changed."""
        return "remove" if self.placement is None else self.placement.mode
