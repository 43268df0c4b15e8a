"""A network in a few words."""

from search.render.blocks import MODE_WORDS, attention_words
from search.study.spec import StudySpec
from spaces import Candidate
from ulsam import ArchConfig


def describe_network(arch: ArchConfig) -> str:
    """``V2 x0.5 without 15, 16``: MobileNet-V2 at half its width, two of its blocks left out."""
    removed = f" without {', '.join(map(str, arch.removed))}" if arch.removed else ""
    return f"{arch.backbone.removeprefix('mobilenet_').upper()} x{arch.width:g}{removed}"


def describe_placements(arch: ArchConfig) -> str:
    """``after 3 (g=2), for 12 (cbam)``: ULSAM after block 3, CBAM in place of block 12."""
    placed = (
        f"{MODE_WORDS[placement.mode]} {placement.block} ({attention_words(placement)})"
        for placement in arch.placements
    )
    return ", ".join(placed) or "none"


def describe_candidate(spec: StudySpec, candidate: Candidate) -> str:
    """:func:`describe_network`, and the size where the search has several: ``V2 x0.5 without 15, 16 at 80 px``."""
    size = f" at {candidate.input_size} px" if len(spec.input_sizes) > 1 else ""
    return describe_network(candidate.arch) + size
