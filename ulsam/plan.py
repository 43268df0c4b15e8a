"""The layer plan of a network: the single truth that both the model and its cost walk.

``build_model`` makes a module of each layer and ``count_cost`` adds each layer up, so the two cannot drift.
"""

from dataclasses import dataclass
from typing import Literal

from ulsam.arch import ArchConfig, Mechanism, Placement, PlacementError
from ulsam.backbones import BlockShape, backbone_shape
from ulsam.errors import InvalidError


class SinglePositionError(PlacementError):
    """A ULSAM falls on a map of one position, where its softmax has nothing to choose from."""

    def __init__(self, block: int) -> None:
        super().__init__(
            f"block {block} has a 1x1 map at this input size: ULSAM's softmax would be constant there",
            where="",
            block=block,
        )
        self.remedy = "use larger images, stem_stride 1 or an earlier block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv:
    """A convolution without bias and its batch norm; ``size`` is height and width of its output."""

    role: str
    in_channels: int
    out_channels: int
    size: int
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    activation: Literal["relu", "relu6"] | None = None


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
class BlockPlan:
    """The layers of one block.

    Attributes:
        index: 0 is the stem; the number after the last block is the head, where there is one.
        convs: the block's own convolutions; empty where attention stands in its place.
        residual: whether the block's input is added to the output of ``convs``.
        substitute: attention instead of the block, if any.
        insert: attention after the block, if any.
    """

    index: int
    convs: tuple[Conv, ...] = ()
    residual: bool = False
    substitute: Attention | None = None
    insert: Attention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """A whole network: its blocks from stem to head, then the classifier."""

    blocks: tuple[BlockPlan, ...]
    classifier: Linear


def layer_plan(arch: ArchConfig, input_size: int = 224) -> LayerPlan:
    """Spells out every layer of ``arch`` for square images of ``input_size`` pixels.

    Raises:
        InvalidError: ``input_size`` is not a positive whole number.
        SinglePositionError: a ULSAM falls on a 1x1 map: its softmax over positions is 1 there, so it only doubles its
            input. The other mechanisms still learn on such a map.
    """
    if isinstance(input_size, bool) or not isinstance(input_size, int) or input_size < 1:
        raise InvalidError(where="input_size", expected="a whole number of at least 1", got=repr(input_size))
    shape = backbone_shape(arch.backbone, arch.width)
    v1 = arch.backbone == "mobilenet_v1"
    activation: Literal["relu", "relu6"] = "relu" if v1 else "relu6"
    placements = {placement.block: placement for placement in arch.placements}

    size = _strided(input_size, arch.stem_stride)
    stem = Conv(
        role="stem",
        in_channels=3,
        out_channels=shape.stem_channels,
        kernel=3,
        stride=arch.stem_stride,
        activation=activation,
        size=size,
    )
    blocks = [BlockPlan(index=0, convs=(stem,))]
    for block in shape.blocks:
        convs = _separable_convs(block, size) if v1 else _inverted_residual_convs(block, size)
        size = _strided(size, block.stride)
        blocks.append(
            _place(block, convs, residual=not v1 and block.keeps_shape, size=size, at=placements.get(block.index))
        )
    if shape.head_channels is not None:
        head = Conv(
            role="head",
            in_channels=shape.blocks[-1].out_channels,
            out_channels=shape.head_channels,
            activation=activation,
            size=size,
        )
        blocks.append(BlockPlan(index=len(shape.blocks) + 1, convs=(head,)))
    classifier = Linear(
        role="classifier",
        in_features=shape.feature_channels,
        out_features=arch.num_classes,
        pooled_size=size,
        dropout=0.0 if v1 else 0.2,
    )
    return LayerPlan(blocks=tuple(blocks), classifier=classifier)


def _place(block: BlockShape, convs: tuple[Conv, ...], *, residual: bool, size: int, at: Placement | None) -> BlockPlan:
    if at is None:
        return BlockPlan(index=block.index, convs=convs, residual=residual)
    if size == 1 and at.attention == "ulsam":
        raise SinglePositionError(block.index)
    attention = Attention(
        role=at.mode, mechanism=at.attention, channels=block.out_channels, groups=at.groups, size=size
    )
    if at.mode == "substitute":
        return BlockPlan(index=block.index, substitute=attention)
    return BlockPlan(index=block.index, convs=convs, residual=residual, insert=attention)


def _separable_convs(block: BlockShape, size: int) -> tuple[Conv, ...]:
    """MobileNet-V1's block: depthwise 3x3, pointwise 1x1, each with a ReLU. ``size``: of the input."""
    out_size = _strided(size, block.stride)
    return (
        Conv(
            role="depthwise",
            in_channels=block.in_channels,
            out_channels=block.in_channels,
            kernel=3,
            stride=block.stride,
            groups=block.in_channels,
            activation="relu",
            size=out_size,
        ),
        Conv(
            role="pointwise",
            in_channels=block.in_channels,
            out_channels=block.out_channels,
            activation="relu",
            size=out_size,
        ),
    )


def _inverted_residual_convs(block: BlockShape, size: int) -> tuple[Conv, ...]:
    """MobileNet-V2's block: expand 1x1, depthwise 3x3, project 1x1 with no activation. ``size``: of the input."""
    hidden = block.in_channels * block.expansion
    out_size = _strided(size, block.stride)
    expand = Conv(role="expand", in_channels=block.in_channels, out_channels=hidden, activation="relu6", size=size)
    return (
        *((expand,) if block.expansion != 1 else ()),
        Conv(
            role="depthwise",
            in_channels=hidden,
            out_channels=hidden,
            kernel=3,
            stride=block.stride,
            groups=hidden,
            activation="relu6",
            size=out_size,
        ),
        Conv(role="project", in_channels=hidden, out_channels=block.out_channels, size=out_size),
    )


def _strided(size: int, stride: int) -> int:
    """Output size of a 3x3 convolution with padding 1, and of any 1x1."""
    return -(-size // stride)
