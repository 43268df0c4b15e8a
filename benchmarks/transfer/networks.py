"""Networks that start from one file of trained weights and cost less: blocks left out, replaced, smaller images."""

from dataclasses import dataclass

from spaces import Candidate
from ulsam import ArchConfig, Placement

GROUPS = {"A": (5, 6), "B": (8, 9, 10), "C": (12, 13), "D": (15, 16)}  # blocks that are treated alike
ULSAM_GROUPS = 4  # g


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A network of the comparison.

    Attributes:
        name: such as ``96 plain``, ``96 without C D`` or ``80 ulsam B``.
        candidate: its layers and input size.
    """

    name: str
    candidate: Candidate


def plain(size: int, num_classes: int, width: float = 1.0) -> Variant:
    """MobileNet-V2 as the file has it, or cut to a narrower ``width``, on images of ``size`` pixels."""
    cut = f" x{width}" if width < 1 else ""
    return Variant(name=f"{size} plain{cut}", candidate=_candidate(size, num_classes, width=width))


def without(size: int, groups: str, num_classes: int) -> Variant:
    """The network with the blocks of ``groups``, such as ``CD``, left out."""
    return changed(size, num_classes, removed=groups)


def by_ulsam(size: int, groups: str, num_classes: int) -> Variant:
    """The network with ULSAM in the place of each block of ``groups``."""
    return changed(size, num_classes, substituted=groups)


def changed(size: int, num_classes: int, *, removed: str = "", substituted: str = "") -> Variant:
    """The network without the blocks of the groups ``removed``, and with ULSAM for those of ``substituted``."""
    said = [f"{word} {' '.join(groups)}" for word, groups in (("without", removed), ("ulsam", substituted)) if groups]
    candidate = _candidate(size, num_classes, removed=_blocks(removed), substituted=_blocks(substituted))
    return Variant(name=f"{size} {' '.join(said) or 'plain'}", candidate=candidate)


def variants(num_classes: int) -> list[Variant]:
    """Twenty-four networks of 16 to 55 M FLOPs."""
    found = [plain(size, num_classes) for size in (96, 80, 64)]
    for size, sets in ((96, ("A", "B", "C", "D", "CD", "BCD", "ABCD")), (80, ("D", "BCD"))):
        for groups in sets:
            found += [without(size, groups, num_classes), by_ulsam(size, groups, num_classes)]
    return [
        *found,
        without(80, "ABCD", num_classes),
        without(64, "D", num_classes),
        by_ulsam(64, "BCD", num_classes),
    ]


def _blocks(groups: str) -> tuple[int, ...]:
    return tuple(block for group in groups for block in GROUPS[group])


def _candidate(
    size: int,
    num_classes: int,
    *,
    width: float = 1.0,
    removed: tuple[int, ...] = (),
    substituted: tuple[int, ...] = (),
) -> Candidate:
    placements = tuple(Placement(block=block, mode="substitute", groups=ULSAM_GROUPS) for block in substituted)
    arch = ArchConfig(
        backbone="mobilenet_v2", num_classes=num_classes, width=width, placements=placements, removed=removed
    )
    return Candidate(arch=arch, input_size=size)
