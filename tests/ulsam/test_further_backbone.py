"""A further backbone: the guide's example. Its diff is a new file, and lines of ``ulsam/backbones/__init__.py``."""

import pytest
import torch

from ulsam import ArchConfig, Placement, build_model, count_cost
from ulsam.arch import ArchError
from ulsam.backbones import BACKBONES, DESIGNS, backbone_shape
from ulsam.backbones.convolution import Conv, output_size
from ulsam.backbones.design import BackboneDesign, Row
from ulsam.backbones.shape import BlockShape


def _plain_convs(block: BlockShape, size: int) -> tuple[Conv, ...]:
    return (
        Conv(
            role="plain",
            in_channels=block.in_channels,
            out_channels=block.out_channels,
            kernel=3,
            stride=block.stride,
            activation="relu",
            size=output_size(size, block.stride),
        ),
        Conv(role="mix", in_channels=block.out_channels, out_channels=block.out_channels, size=size // block.stride),
    )


PLAIN = BackboneDesign(
    stem_channels=16,
    rows=(Row(16, 1), Row(32, 2), Row(32, 1)),
    block_convs=_plain_convs,
    residual=True,
    head_channels=64,
    activation="relu",
    dropout=0.1,
)
NAME = "plain"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> ArchConfig:
    monkeypatch.setitem(DESIGNS, NAME, PLAIN)  # type: ignore[arg-type]
    monkeypatch.setattr("ulsam.arch.BACKBONES", (*BACKBONES, NAME))
    placements = (Placement(block=1, mode="substitute", groups=2), Placement(block=3, mode="insert", groups=4))
    return ArchConfig(backbone=NAME, width=0.5, num_classes=7, placements=placements)  # type: ignore[arg-type]


def test_every_name_has_a_design() -> None:
    assert tuple(DESIGNS) == BACKBONES
    with pytest.raises(ArchError) as refused:
        ArchConfig(backbone=NAME)  # type: ignore[arg-type]
    assert (refused.value.where, refused.value.got) == ("backbone", repr(NAME))


def test_a_further_backbone_is_shaped_costed_and_built(plain: ArchConfig) -> None:
    shape = backbone_shape(plain.backbone, plain.width)
    assert [block.out_channels for block in shape.blocks] == [8, 16, 16]
    assert (shape.stem_channels, shape.head_channels) == (8, 64)
    model = build_model(plain).eval()
    assert sum(parameter.numel() for parameter in model.parameters()) == count_cost(plain).params
    assert model(torch.ones(2, 3, 32, 32)).shape == (2, 7)
    assert [layer.role for layer in count_cost(plain).layers] == [
        "stem",
        "substitute",
        *("plain", "mix"),
        *("plain", "mix", "insert"),
        "head",
        "classifier",
    ]
    assert [row.rest.additions for row in count_cost(plain, 32).layers if row.role == "mix"] == [0, 16 * 8 * 8]
    assert (model.classifier[0].p, plain.arch_id) == (0.1, "plain-x0.5-stem2-7c-sub1g2-ins3g4")
