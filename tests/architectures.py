"""Random valid architectures, for properties."""

from hypothesis import strategies as st

from ulsam import ArchConfig, Placement
from ulsam.arch import MECHANISMS, MODES
from ulsam.backbones import BACKBONES, DESIGNS, backbone_shape


@st.composite
def architectures(draw: st.DrawFn, max_classes: int = 50) -> ArchConfig:
    """Any backbone, width, stem and placements; valid at 64 pixels and more."""
    backbone = draw(st.sampled_from(BACKBONES))
    width = draw(st.sampled_from([0.1, 0.25, 0.35, 0.5, 0.75, 1.0, 1.4]))
    blocks = backbone_shape(backbone, width).blocks
    placements = []
    for block in draw(st.lists(st.sampled_from(blocks), max_size=4, unique_by=lambda block: block.index)):
        mode = draw(st.sampled_from(MODES if block.keeps_shape else ("insert",)))
        attention = draw(st.sampled_from(("ulsam", *MECHANISMS)))
        possible = [g for g in (1, 2, 4, 8, 16) if block.out_channels % g == 0]
        groups = draw(st.sampled_from(possible)) if attention == "ulsam" else 1
        placements.append(Placement(block=block.index, mode=mode, groups=groups, attention=attention))
    return ArchConfig(
        backbone=backbone,
        width=width,
        num_classes=draw(st.integers(1, max_classes)),
        placements=tuple(placements),
        stem_stride=draw(st.sampled_from([1, 2])),
        convention=draw(st.sampled_from(DESIGNS[backbone].conventions)),
    )
