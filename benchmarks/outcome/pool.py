"""The networks of the pool: a whole space, so that each proposal of a search has its row, and plain networks."""

from itertools import product

from benchmarks.transfer.networks import GROUPS, ULSAM_GROUPS, Variant, plain
from spaces import Candidate
from ulsam import ArchConfig, Placement

SIZES = (80, 96)  # pixels
CHOICES = ("keep", "ulsam", "without")  # for each group of blocks
# The widest plain networks within 16, 25, 35 and 45M FLOPs at each size, cut from x1.0.
NARROW = ((96, 0.42), (96, 0.55), (96, 0.74), (96, 0.83), (80, 0.55), (80, 0.7), (80, 0.83), (64, 0.74))


def searched(num_classes: int) -> list[Variant]:
    """Each group of blocks kept, replaced by ULSAM or left out, at each size: 162 networks of 24 to 55M FLOPs."""
    return [chosen(size, choices, num_classes) for size in SIZES for choices in product(CHOICES, repeat=len(GROUPS))]


def baselines(num_classes: int) -> list[Variant]:
    """The plain networks that the searched space lacks: narrower ones, and the whole one at 64 pixels."""
    return [
        plain(64, num_classes),
        *(
            Variant(
                name=f"{size} plain x{width}",
                candidate=Candidate(
                    arch=ArchConfig(backbone="mobilenet_v2", num_classes=num_classes, width=width), input_size=size
                ),
            )
            for size, width in NARROW
        ),
    ]


def chosen(size: int, choices: tuple[str, ...], num_classes: int) -> Variant:
    """The network with one of ``CHOICES`` for each of ``GROUPS``, named as in ``benchmarks.transfer``."""
    replaced, removed = (
        "".join(name for name, choice in zip(GROUPS, choices, strict=True) if choice == wanted)
        for wanted in ("ulsam", "without")
    )
    parts = [f"{word} {' '.join(names)}" for word, names in (("without", removed), ("ulsam", replaced)) if names]
    placements = tuple(
        Placement(block=block, mode="substitute", groups=ULSAM_GROUPS) for name in replaced for block in GROUPS[name]
    )
    arch = ArchConfig(
        backbone="mobilenet_v2",
        num_classes=num_classes,
        placements=placements,
        removed=tuple(block for name in removed for block in GROUPS[name]),
    )
    return Variant(name=f"{size} {' '.join(parts) or 'plain'}", candidate=Candidate(arch=arch, input_size=size))
