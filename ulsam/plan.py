"""The layer plan of a network: the single truth that both the model and its cost walk.

``build_model`` makes a module of each layer and ``count_cost`` adds each layer up, so the two cannot drift.
"""

from dataclasses import dataclass
from functools import lru_cache

from ulsam.arch import ArchConfig, Mechanism, Placement, PlacementError
from ulsam.backbones import DESIGNS, BackboneDesign, BlockShape, backbone_shape
from ulsam.backbones.convolution import Conv, output_size
from ulsam.conventions import Convention
from ulsam.errors import InvalidError


class SinglePositionError(PlacementError):
    """A mechanism falls on a map of one position, where its weight is a constant.

    Attributes:
        mechanism: its name.
    """

    def __init__(self, block: int, mechanism: Mechanism) -> None:
        super().__init__(
            f"block {block} has a 1x1 map at this input size: the attention of {mechanism} would be constant there",
            where="",
            block=block,
        )
        self.mechanism = mechanism
        self.remedy = "use larger images, stem_stride 1 or an earlier block"


_CONSTANT_AT_ONE: tuple[Mechanism, ...] = ("ulsam", "simam")  # they compare a position with others


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """An attention module over ``channels`` x ``size`` x ``size``, in ``groups`` subspaces where it is ULSAM."""

    role: str
    mechanism: Mechanism
    channels: int
    groups: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """Global average pooling over ``pooled_size`` x ``pooled_size``, dropout and a linear layer with bias."""

    role: str
    in_features: int
    out_features: int
    pooled_size: int
    dropout: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Nothing in the place of a block: ``channels`` x ``size`` x ``size`` come out as they went in."""

    channels: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockPlan:
    """The layers of one block.

    Attributes:
        index: 0 is the stem; the number after the last block is the head, where there is one.
        convs: the block's own convolutions; empty where attention stands in its place, or nothing.
        residual: whether the block's input is added to the output of ``convs``.
        substitute: attention instead of the block, if any.
        insert: attention after the block, if any.
        removed: the map that passes unchanged, where the block is left out.
    """

    index: int
    convs: tuple[Conv, ...] = ()
    residual: bool = False
    substitute: Attention | None = None
    insert: Attention | None = None
    removed: Removed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """A whole network: its blocks from stem to head, then the classifier."""

    blocks: tuple[BlockPlan, ...]
    classifier: Linear


def layer_plan(arch: ArchConfig, input_size: int = 224) -> LayerPlan:
    """Lists every layer of a network for square images.

    Args:
        arch: the network.
        input_size: height and width of the images in pixels.

    Raises:
        InvalidError: ``input_size`` is not a positive whole number.
        SinglePositionError: a ULSAM has a map of 1x1: its softmax over positions is 1 there, so it only doubles its
            input; or a SimAM has one, which also only scales it. The other mechanisms still learn on such a map.
    """
    if isinstance(input_size, bool) or not isinstance(input_size, int) or input_size < 1:
        raise InvalidError(where="input_size", expected="a whole number of at least 1", got=repr(input_size))
    design = DESIGNS[arch.backbone]
    shape = backbone_shape(arch.backbone, arch.width)
    placements = {placement.block: placement for placement in arch.placements}

    size = output_size(input_size, arch.stem_stride)
    stem = Conv(
        role="stem",
        in_channels=3,
        out_channels=shape.stem_channels,
        kernel=3,
        stride=arch.stem_stride,
        activation=design.activation,
        size=size,
    ).following(arch.convention)
    blocks = [BlockPlan(index=0, convs=(stem,))]
    for block in shape.blocks:
        if block.index in arch.removed:
            blocks.append(BlockPlan(index=block.index, removed=Removed(channels=block.out_channels, size=size)))
            continue
        at = placements.get(block.index)
        blocks.append(_block_plan(block, size, design, arch.convention, at=at))
        size = output_size(size, block.stride)
    if shape.head_channels is not None:
        head = Conv(
            role="head",
            in_channels=shape.blocks[-1].out_channels,
            out_channels=shape.head_channels,
            activation=design.activation,
            size=size,
        ).following(arch.convention)
        blocks.append(BlockPlan(index=len(shape.blocks) + 1, convs=(head,)))
    classifier = Linear(
        role="classifier",
        in_features=shape.feature_channels,
        out_features=arch.num_classes,
        pooled_size=size,
        dropout=design.dropout,
    )
    return LayerPlan(blocks=tuple(blocks), classifier=classifier)


@lru_cache(maxsize=4096)  # networks of a space differ in few of their blocks
def _block_plan(
    block: BlockShape,
    input_size: int,
    design: BackboneDesign,
    convention: Convention,
    *,
    at: Placement | None,
) -> BlockPlan:
    """Returns one block of a backbone, with attention or without.

    Raises:
        SinglePositionError: a ULSAM or a SimAM has a map of 1x1.
    """
    convs = tuple(conv.following(convention) for conv in design.block_convs(block, input_size))
    size = output_size(input_size, block.stride)
    residual = design.residual and block.keeps_shape
    if at is None:
        return BlockPlan(index=block.index, convs=convs, residual=residual)
    if size == 1 and at.attention in _CONSTANT_AT_ONE:
        raise SinglePositionError(block.index, at.attention)
    attention = Attention(
        role=at.mode, mechanism=at.attention, channels=block.out_channels, groups=at.groups, size=size
    )
    if at.mode == "substitute":
        return BlockPlan(index=block.index, substitute=attention)
    return BlockPlan(index=block.index, convs=convs, residual=residual, insert=attention)
