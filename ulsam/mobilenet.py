"""MobileNet-V1 and V2 with attention, built from a layer plan."""

from typing import assert_never

from torch import Tensor, nn

from ulsam.arch import ArchConfig
from ulsam.attention import (
    BAM,
    CBAM,
    ECA,
    ULSAM,
    CoordinateAttention,
    DoubleAttention,
    GlobalContext,
    NonLocal,
    SimAM,
    SqueezeExcite,
)
from ulsam.backbones.convolution import Conv
from ulsam.conventions import EPSILON
from ulsam.padded_convolution import PaddedConv2d
from ulsam.pixels import GREY
from ulsam.plan import Attention, BlockPlan, LayerPlan, layer_plan


class MobileNet(nn.Module):
    """A network made from its plan.

    Weights are named as in torchvision's MobileNet-V2 (``features.12.conv.0.0.weight``), and an inserted
    ULSAM stands beside its block (``inserted.12``), so a block has the same names whether or not one follows it. A
    removed block keeps its number, so those behind it keep their names.

    Shape:
        (batch, 3, height, width) in, (batch, classes) logits out.
    """

    def __init__(self, plan: LayerPlan) -> None:
        super().__init__()
        self.features = nn.ModuleList(_block(block) for block in plan.blocks)
        self.inserted = nn.ModuleDict(
            {str(block.index): _attention(block.insert) for block in plan.blocks if block.insert is not None}
        )
        classifier = plan.classifier
        self.classifier = nn.Sequential(
            nn.Dropout(classifier.dropout), nn.Linear(classifier.in_features, classifier.out_features)
        )
        self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        for index, block in enumerate(self.features):
            x = block(x)
            if str(index) in self.inserted:
                x = self.inserted[str(index)](x)
        logits: Tensor = self.classifier(x.mean(dim=(2, 3)))
        return logits

    @property
    def last_map(self) -> nn.Module:
        """The module whose output is the last feature map, before it is averaged."""
        last = len(self.features) - 1
        return self.inserted[str(last)] if str(last) in self.inserted else self.features[last]

    def _initialise(self) -> None:
        """Draws weights as torchvision does; ULSAM keeps PyTorch's defaults, as in its authors' code."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module.bias is None:
                nn.init.kaiming_normal_(module.weight, mode="fan_out")
            elif isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.01)
                nn.init.zeros_(module.bias)


class Block(nn.Module):
    """A row of convolutions, with the input added to the output where ``residual``."""

    def __init__(self, convs: nn.Sequential, *, residual: bool) -> None:
        super().__init__()
        self.conv = convs
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return x + out if self.residual else out


def build_model(arch: ArchConfig, input_size: int = 224) -> MobileNet:
    """Builds a network with fresh weights, drawn from torch's global generator.

    The network takes images of any size.

    Args:
        arch: the network.
        input_size: height and width in pixels of the images for which every ULSAM must have a map larger than 1x1.

    Raises:
        InvalidError: ``input_size`` is not a positive whole number, or a ULSAM has a map of one position; both as
            :func:`~ulsam.plan.layer_plan`.
    """
    return MobileNet(layer_plan(arch, input_size))


def _block(plan: BlockPlan) -> nn.Module:
    if plan.removed is not None:
        return nn.Identity()
    if plan.substitute is not None:
        return _attention(plan.substitute)
    modules: list[nn.Module] = []
    for conv in plan.convs:
        parts = _conv(conv)
        # torchvision keeps a convolution with an activation together and lays one without it flat.
        modules += [nn.Sequential(*parts)] if conv.activation is not None else parts
    if len(modules) == 1 and isinstance(modules[0], nn.Sequential):
        return modules[0]  # stem and head
    return Block(nn.Sequential(*modules), residual=plan.residual)


def _conv(plan: Conv) -> list[nn.Module]:
    parts = [_convolution(plan), nn.BatchNorm2d(plan.out_channels, eps=EPSILON[plan.convention])]
    if plan.activation is not None:
        parts.append(nn.ReLU(inplace=True) if plan.activation == "relu" else nn.ReLU6(inplace=True))
    return parts


def _convolution(plan: Conv) -> nn.Module:
    """Returns PyTorch's own convolution wherever its padding is right."""
    late, on_images = plan.convention == "keras" and plan.stride > 1, plan.role == "stem"
    if late or (on_images and plan.convention != "torch"):
        return PaddedConv2d(
            plan.in_channels,
            plan.out_channels,
            plan.kernel,
            stride=plan.stride,
            groups=plan.groups,
            late=late,
            border=GREY if on_images else None,
        )
    return nn.Conv2d(
        plan.in_channels,
        plan.out_channels,
        plan.kernel,
        stride=plan.stride,
        padding=plan.kernel // 2,
        groups=plan.groups,
        bias=False,
    )


def _attention(plan: Attention) -> nn.Module:
    match plan.mechanism:
        case "ulsam":
            return ULSAM(plan.channels, plan.groups)
        case "non_local":
            return NonLocal(plan.channels)
        case "double_attention":
            return DoubleAttention(plan.channels)
        case "squeeze_excite":
            return SqueezeExcite(plan.channels)
        case "bam":
            return BAM(plan.channels)
        case "cbam":
            return CBAM(plan.channels)
        case "eca":
            return ECA(plan.channels)
        case "simam":
            return SimAM()
        case "coordinate":
            return CoordinateAttention(plan.channels)
        case "global_context":
            return GlobalContext(plan.channels)
        case _:
            assert_never(plan.mechanism)
