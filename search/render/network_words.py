"""A network in a few words."""

from search.render.blocks import MODE_WORDS, attention_words
from search.study.spec import StudySpec
from spaces import Candidate
from ulsam import ArchConfig


def describe_network(arch: ArchConfig) -> str:
    """Returns ``V2 x0.5 without 15, 16`` for MobileNet-V2 at half its width with two of its blocks removed."""
    removed = f" without {', '.join(map(str, arch.removed))}" if arch.removed else ""
    return f"{arch.backbone.removeprefix('mobilenet_').upper()} x{arch.width:g}{removed}"


def describe_placements(arch: ArchConfig) -> str:
    """Returns ``after 3 (g=2), replaces 12, 13 (cbam)`` for ULSAM after block 3, CBAM in place of blocks 12 and 13."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for placement in arch.placements:
        blocks.setdefault((MODE_WORDS[placement.mode], attention_words(placement)), []).append(placement.block)
    placed = (f"{mode} {', '.join(map(str, numbers))} ({what})" for (mode, what), numbers in blocks.items())
    return ", ".join(placed) or "none"


def describe_arch(arch: ArchConfig, size: str = "") -> str:
    """Returns a network with its attention: ``V2 x0.5 without 3 at 80 px, replaces 15, 16 (g=4)``.

    Args:
        arch: the architecture.
        size: words for the input size, with a space before them, such as `` at 80 px``; empty: none.
    """
    attention = f", {describe_placements(arch)}" if arch.placements else ""
    return describe_network(arch) + size + attention


def describe_candidate(spec: StudySpec, candidate: Candidate) -> str:
    """Returns :func:`describe_network` with the size where the search has several: ``V2 x0.5 without 15, 16 at 80 px``.

    Args:
        spec: the search.
        candidate: the network; its attention is left out.
    """
    return describe_network(candidate.arch) + _size(spec, candidate)


def describe_in_full(spec: StudySpec, candidate: Candidate) -> str:
    """Returns :func:`describe_arch` with the size where the search has several.

    Args:
        spec: the search.
        candidate: the network.
    """
    return describe_arch(candidate.arch, _size(spec, candidate))


def _size(spec: StudySpec, candidate: Candidate) -> str:
    return f" at {candidate.input_size} px" if len(spec.input_sizes) > 1 else ""
