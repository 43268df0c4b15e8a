"""What a search chooses: an architecture, and the size of the images that it is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from spaces.change import Change
from ulsam import ArchConfig
from ulsam.errors import InvalidError

MAX_INPUT_SIZE = 1024  # pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A network that can be proposed, costed, trained and exported. Two equal candidates are the same network.

    Attributes:
        arch: its layers.
        input_size: height and width of the images that it is scored and used with, in pixels; 1 to 1024.

    Raises:
        InvalidError: the size is no whole number, or out of range.
    """

    arch: ArchConfig
    input_size: int

    def __post_init__(self) -> None:
        size = self.input_size
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_INPUT_SIZE:
            expected = f"a whole number from 1 to {MAX_INPUT_SIZE}"
            raise InvalidError(where="input_size", expected=expected, got=repr(size))

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes at blocks of the plain network, in block order."""
        placed = (Change(placement.block, placement) for placement in self.arch.placements)
        removed = (Change(block) for block in self.arch.removed)
        return tuple(sorted((*placed, *removed), key=lambda change: change.block))

    def with_changes(self, changes: Iterable[Change]) -> Self:
        """Returns the network of the same backbone, width and size with ``changes`` instead of its own.

        Raises:
            ArchError: a change is not valid at its block.
        """
        changes = tuple(changes)
        placements = tuple(change.placement for change in changes if change.placement is not None)
        removed = tuple(change.block for change in changes if change.placement is None)
        return replace(self, arch=replace(self.arch, placements=placements, removed=removed))

    @property
    def plain(self) -> Self:
        """The network of the same backbone, width and size without changes."""
        return self.with_changes(())

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON or YAML."""
        return {"arch": self.arch.to_dict(), "input_size": self.input_size}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` returned.

        Raises:
            InvalidError: a value is not valid.
            KeyError: ``arch`` or ``input_size`` is missing.
        """
        return cls(arch=ArchConfig.from_dict(values["arch"]), input_size=values["input_size"])
