"""The networks of the pool: a whole space, so that each proposal of a search has its row, and plain networks."""

from collections.abc import Sequence
from itertools import product

from benchmarks.transfer.networks import GROUPS, Variant, changed, plain

SIZES = (80, 96)  # pixels
CHOICES = ("keep", "ulsam", "without")  # for each group of blocks
# The widest plain networks within 16, 25, 35 and 45M FLOPs at each size, cut from x1.0.
NARROW = ((96, 0.42), (96, 0.55), (96, 0.74), (96, 0.83), (80, 0.55), (80, 0.7), (80, 0.83), (64, 0.74))


def searched(num_classes: int) -> list[Variant]:
    """Each group of blocks kept, replaced by ULSAM or left out, at each size: 162 networks of 24 to 55M FLOPs."""
    return [chosen(size, choices, num_classes) for size in SIZES for choices in product(CHOICES, repeat=len(GROUPS))]


def baselines(num_classes: int) -> list[Variant]:
    """The plain networks that the searched space lacks: narrower ones, and the whole one at 64 pixels."""
    return [plain(64, num_classes), *(plain(size, num_classes, width) for size, width in NARROW)]


def chosen(size: int, choices: Sequence[str], num_classes: int) -> Variant:
    """The network with one of ``CHOICES`` for each of ``GROUPS``, named as in ``benchmarks.transfer``."""
    substituted, removed = (
        "".join(name for name, choice in zip(GROUPS, choices, strict=True) if choice == wanted)
        for wanted in ("ulsam", "without")
    )
    return changed(size, num_classes, removed=removed, substituted=substituted)
