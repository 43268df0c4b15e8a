"""Splits that are drawn: stratified, and groups of images that belong together stay together.

Classes are drawn from one after the other, as in iterative stratification (Sechidis, Tsoumakas, Vlahavas, "On the
Stratification of Multi-label Data", ECML PKDD 2011), with whole groups instead of single images. scikit-learn's
``StratifiedGroupKFold`` does not promise each class an image in each split.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class _Group:
    """Images that stay in one split.

    Attributes:
        members: their indices, ascending.
        label: the class of most of them; of several such classes, the first.
        labels: all their classes.
    """

    members: tuple[int, ...]
    label: int
    labels: frozenset[int]


def draw(labels: Sequence[int], groups: Sequence[Hashable], shares: Sequence[float], seed: int) -> list[int]:
    """Draws parts of images, one part after the other, each from what the parts before it left.

    A class with more groups than ``shares`` has at least one group in each part and in the rest; where groups have
    images of several classes, a part may lack a class, the rest never does. A class with fewer groups stays in the
    rest. The number of images that groups of a class give to a part differs from their share by at most half of the
    largest of them, unless the sentences above require more. Names of groups do not matter. The same arguments always
    give the same draw.

    Args:
        labels: (n,) class of each image, from 0.
        groups: (n,) group of each image; images of equal groups are never separated. A group with images of several
            classes counts as one of the class of most of its images.
        shares: of each class's images that go to each part, from 0 to 1, of what the parts before it left.
        seed: of the draw.

    Returns:
        (n,) 0 for an image of the rest, k for one of the part of ``shares[k - 1]``.
    """
    part = [0] * len(labels)
    rest = _groups(labels, groups)
    has = Counter(label for group in rest for label in group.labels)
    fixed = {label for label, count in has.items() if count <= len(shares)}
    for number, share in enumerate(shares, start=1):
        taken = _take(rest, share, len(shares) - number + 1, fixed, Random(seed))
        rest = [group for group in rest if group not in taken]
        for group in taken:
            for index in group.members:
                part[index] = number
    return part


def _groups(labels: Sequence[int], groups: Sequence[Hashable]) -> list[_Group]:
    """Returns the groups in the order of their first images."""
    members: dict[Hashable, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    found = []
    for indices in members.values():
        counts = Counter(labels[index] for index in indices)
        label = min(counts, key=lambda label: (-counts[label], label))
        found.append(_Group(tuple(indices), label, frozenset(counts)))
    return found


class _Left:
    """How many groups of each class are left, and how many have to stay."""

    def __init__(self, groups: Sequence[_Group], keep: int, fixed: set[int]) -> None:
        self.count = Counter(label for group in groups for label in group.labels)
        self.keep = keep
        self.fixed = fixed
        self.taken: set[_Group] = set()

    def may_take(self, group: _Group) -> bool:
        """Whether the group is left, and each of its classes keeps enough others."""
        if group in self.taken or group.labels & self.fixed:
            return False
        return all(self.count[label] > self.keep for label in group.labels)

    def take(self, group: _Group) -> None:
        self.taken.add(group)
        self.count.subtract(group.labels)


def _take(groups: Sequence[_Group], share: float, keep: int, fixed: set[int], rng: Random) -> set[_Group]:
    """Returns the groups of a part: a share of each class's images, and one group at least.

    Args:
        groups: to take from.
        share: of the images of each class.
        keep: the number of groups of each class that have to stay.
        fixed: classes of which no group may be taken.
        rng: the source of randomness.
    """
    left = _Left(groups, keep, fixed)
    by_class: dict[int, list[_Group]] = {}
    for group in groups:
        by_class.setdefault(group.label, []).append(group)
    for label in sorted(by_class):
        own = by_class[label]
        aim = round(sum(len(group.members) for group in own) * share)
        if all(len(group.members) == 1 for group in own):
            most = left.count[label] - keep
            for group in rng.sample(own, 0 if label in fixed else min(max(aim, 1), most, len(own))):
                left.take(group)
        else:
            _take_near(aim, rng.sample(own, len(own)), left)
    _take_missing(groups, left)
    return left.taken


def _take_near(aim: int, groups: Sequence[_Group], left: _Left) -> None:
    """Takes each group in turn that brings the number of images closer to ``aim``; the smallest where none does."""
    count = 0
    for group in groups:
        size = len(group.members)
        if abs(count + size - aim) < abs(count - aim) and left.may_take(group):
            left.take(group)
            count += size
    free = [group for group in groups if left.may_take(group)]
    if not count and free:
        left.take(min(free, key=lambda group: len(group.members)))


def _take_missing(groups: Sequence[_Group], left: _Left) -> None:
    """Takes a group for each class without one: a class may be in groups of other classes alone."""
    have = {label for group in left.taken for label in group.labels}
    missing = left.count.keys() - have - left.fixed
    for label in sorted(missing, key=lambda label: (left.count[label], label)):
        free = [group for group in groups if label in group.labels and left.may_take(group)]
        if label not in have and free:
            group = min(free, key=lambda group: len(group.members))
            left.take(group)
            have |= group.labels
