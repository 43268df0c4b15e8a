"""What a network is: a frozen, validated description with one canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self, get_args

from ulsam.backbones import BACKBONES, DESIGNS, Backbone, BlockShape, backbone_shape
from ulsam.conventions import Convention
from ulsam.errors import InvalidError

Mode = Literal["insert", "substitute"]
MODES: tuple[Mode, ...] = get_args(Mode)
Mechanism = Literal[
    "ulsam",
    "non_local",
    "double_attention",
    "squeeze_excite",
    "bam",
    "cbam",
    "eca",
    "simam",
    "coordinate",
    "global_context",
]
MECHANISMS: tuple[Mechanism, ...] = get_args(Mechanism)
# Their weights are the same at each position, so that the size of a map does not matter.
CHANNEL_ATTENTION: frozenset[Mechanism] = frozenset({"squeeze_excite", "eca"})


class ArchError(InvalidError):
    """A value of an architecture is not valid."""


class UnknownFieldError(ArchError):
    """Plain values have a key that is none of theirs.

    Attributes:
        key: the first one.
    """

    def __init__(self, where: str, key: str, allowed: Sequence[str]) -> None:
        super().__init__(f"unknown key {key!r}, expected {', '.join(allowed)}", where=where)
        self.key = key


class MissingFieldError(ArchError):
    """Plain values lack a key that has no default.

    Attributes:
        key: the first one.
    """

    def __init__(self, where: str, key: str) -> None:
        super().__init__(f"missing key {key!r}", where=where)
        self.key = key


class PlacementError(ArchError):
    """Attention can't be placed at a block.

    Attributes:
        block: its number.
    """

    def __init__(self, what: str, *, where: str, block: int) -> None:
        super().__init__(what, where=where)
        self.block = block


class NoSuchBlockError(PlacementError):
    """The backbone has no block of this number."""

    def __init__(self, block: int, backbone: Backbone, blocks: int) -> None:
        super().__init__(f"{backbone} has blocks 1 to {blocks}", where=f"block {block}", block=block)


class ShapeChangesError(PlacementError):
    """A block that changes the shape of a map can be neither substituted nor removed: what comes then keeps it."""

    def __init__(self, where: str, block: BlockShape, done: str) -> None:
        shapes = f"{block.in_channels} to {block.out_channels} channels, stride {block.stride}"
        what = f"{where} can't be {done}: it changes the shape ({shapes})"
        super().__init__(what, where="", block=block.index)


class IndivisibleError(PlacementError):
    """A block's channels can't be divided into so many groups.

    Attributes:
        channels: of the block.
        groups: that do not divide them.
    """

    def __init__(self, where: str, block: BlockShape, groups: int) -> None:
        what = f"{where} has {block.out_channels} channels: not divisible into {groups} groups"
        super().__init__(what, where="", block=block.index)
        self.channels = block.out_channels
        self.groups = groups


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Placement:
    """One attention module in a network.

    Attributes:
        block: number of the block, as in torchvision's ``features`` (stem 0, then 1..13 or 1..17).
        mode: ``insert`` after the block, or ``substitute`` for the block.
        groups: g, the number of ULSAM's subspaces; divides the block's output channels. 1 for the others.
        attention: which mechanism; see :mod:`ulsam.attention`.
    """

    block: int
    mode: Mode
    groups: int = 1
    attention: Mechanism = "ulsam"

    def __post_init__(self) -> None:
        _require_integer("block", self.block, minimum=0)
        _require_integer("groups", self.groups, minimum=1)
        if self.mode not in MODES:
            raise ArchError(where="placement mode", expected=f"one of {', '.join(MODES)}", got=repr(self.mode))
        if self.attention not in MECHANISMS:
            expected = f"one of {', '.join(MECHANISMS)}"
            raise ArchError(where="placement attention", expected=expected, got=repr(self.attention))
        if self.attention != "ulsam" and self.groups != 1:
            raise ArchError(f"{self.attention} has no subspaces, got {self.groups} groups", where="placement groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchConfig:
    """One architecture. Two equal configs are the same network: placements are kept in block order.

    Attributes:
        backbone: one of ``BACKBONES``, such as ``mobilenet_v2``.
        width: the width multiplier, above 0.
        num_classes: outputs of the classifier.
        placements: where attention goes; at most one a block.
        stem_stride: stride of the first convolution; 2 as published, 1 is usual for images of 32 pixels.
        removed: the numbers of the blocks that are left out; a map passes such a block unchanged.
        convention: the library whose details the layers have, as its trained weights need them.

    Raises:
        ArchError: a field is out of range, a placement names an unknown block, substitutes a block that
            changes the shape, or has groups that do not divide the channels there; a removed block is unknown,
            changes the shape, or has a placement; networks of the backbone do not differ in a library so called.
    """

    backbone: Backbone
    width: float = 1.0
    num_classes: int = 1000
    placements: tuple[Placement, ...] = ()
    stem_stride: int = 2
    removed: tuple[int, ...] = ()
    convention: Convention = "torch"

    def __post_init__(self) -> None:
        if self.backbone not in BACKBONES:
            raise ArchError(where="backbone", expected=f"one of {', '.join(BACKBONES)}", got=repr(self.backbone))
        if isinstance(self.width, bool) or not isinstance(self.width, int | float) or not 0 < self.width <= 16:
            raise ArchError(where="width", expected="a number above 0 and at most 16", got=repr(self.width))
        known = DESIGNS[self.backbone].conventions
        if self.convention not in known:
            raise ArchError(where="convention", expected=f"one of {', '.join(known)}", got=repr(self.convention))
        _require_integer("num_classes", self.num_classes, minimum=1)
        _require_integer("stem_stride", self.stem_stride, minimum=1)
        if self.stem_stride not in (1, 2):
            raise ArchError(where="stem_stride", expected="1 or 2", got=repr(self.stem_stride))
        object.__setattr__(self, "width", float(self.width))
        object.__setattr__(self, "placements", tuple(sorted(self.placements)))
        blocks = [placement.block for placement in self.placements]
        if len(set(blocks)) != len(blocks):
            raise ArchError(f"at most one a block, got blocks {blocks}", where="placements")
        for placement in self.placements:
            self._check(placement)
        for number in self.removed:
            _require_integer("removed", number, minimum=1)
        object.__setattr__(self, "removed", tuple(sorted(self.removed)))
        self._check_removed(blocks)

    def _check(self, placement: Placement) -> None:
        block, where = self._block(placement.block)
        if placement.mode == "substitute" and not block.keeps_shape:
            raise ShapeChangesError(where, block, "substituted")
        if block.out_channels % placement.groups:
            raise IndivisibleError(where, block, placement.groups)

    def _check_removed(self, placed: Sequence[int]) -> None:
        if len(set(self.removed)) != len(self.removed):
            raise ArchError(where="removed", expected="each block once", got=repr(list(self.removed)))
        if both := sorted(set(self.removed) & set(placed)):
            raise ArchError(where="removed", expected="blocks without a placement", got=repr(both))
        for number in self.removed:
            block, where = self._block(number)
            if not block.keeps_shape:
                raise ShapeChangesError(where, block, "removed")

    def _block(self, number: int) -> tuple[BlockShape, str]:
        """Returns a block and its name in error messages.

        Raises:
            NoSuchBlockError: the backbone has no block of this number.
        """
        shape = backbone_shape(self.backbone, self.width)
        if not 1 <= number <= len(shape.blocks):
            raise NoSuchBlockError(number, self.backbone, len(shape.blocks))
        return shape.blocks[number - 1], f"block {number} of {self.backbone} at width {self.width:g}"

    @property
    def is_plain(self) -> bool:
        """Whether the network is the backbone at its width without changes: no attention, and no block left out."""
        return not (self.placements or self.removed)

    @property
    def arch_id(self) -> str:
        """A readable name, unique to this network and safe as a file name."""
        placements = "".join(
            f"-{p.mode[:3]}{p.block}{f'g{p.groups}' if p.attention == 'ulsam' else p.attention}"
            for p in self.placements
        )
        removed = "".join(f"-rem{number}" for number in self.removed)
        library = "" if self.convention == "torch" else f"-{self.convention}"
        return (
            f"{self.backbone}-x{self.width!r}-stem{self.stem_stride}-{self.num_classes}c{placements}{removed}{library}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for YAML or JSON; :meth:`from_dict` reads them."""
        values = asdict(self) | {"placements": [asdict(placement) for placement in self.placements]}
        removed, convention = values.pop("removed"), values.pop("convention")  # as before there were such things
        values |= {"removed": list(removed)} if removed else {}
        return values | ({} if convention == "torch" else {"convention": convention})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Reads what :meth:`to_dict` returned; fields with a default may be left out.

        Raises:
            ArchError: a key is unknown or missing, or a value is not valid.
        """
        _require_keys("architecture", values, required={"backbone"}, allowed={field.name for field in fields(cls)})
        placements = values.get("placements", ())
        if not isinstance(placements, list | tuple):
            raise ArchError(where="placements", expected="a list", got=repr(placements))
        keys = {field.name for field in fields(Placement)}
        for placement in placements:
            _require_keys("placement", placement, required={"block", "mode"}, allowed=keys)
        removed = values.get("removed", ())
        if not isinstance(removed, list | tuple):
            raise ArchError(where="removed", expected="a list of block numbers", got=repr(removed))
        read = {"placements": tuple(Placement(**placement) for placement in placements), "removed": tuple(removed)}
        return cls(**dict(values) | read)


def _require_integer(name: str, value: object, *, minimum: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise ArchError(where=name, expected=f"a whole number of at least {minimum}", got=repr(value))


def _require_keys(what: str, values: object, *, required: set[str], allowed: set[str]) -> None:
    if not isinstance(values, Mapping):
        raise ArchError(where=what, expected="keys and values", got=repr(values))
    if unknown := set(values) - allowed:
        raise UnknownFieldError(what, sorted(map(str, unknown))[0], sorted(allowed))
    if missing := required - set(values):
        raise MissingFieldError(what, sorted(missing)[0])
