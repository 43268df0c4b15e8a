"""Drawn splits: stratified, nothing that belongs together apart, no class forgotten."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.datasets.draw import draw

SHARES = (0.15, 0.15)

labels_alone = st.lists(st.integers(0, 4), min_size=1, max_size=120)
grouped = st.lists(  # groups of one class each: a class and a size
    st.tuples(st.integers(0, 3), st.integers(1, 9)), min_size=1, max_size=40
)
mixed = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 25)), min_size=1, max_size=100)  # a label and a group
seeds = st.integers(0, 1000)


def spread(groups: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The label and the group of each image."""
    labels = [label for label, size in groups for _ in range(size)]
    return labels, [number for number, (_, size) in enumerate(groups) for _ in range(size)]


def as_before(labels: Sequence[int], seed: int) -> list[int]:
    """The draw of earlier versions: rounded shares of each class, 15 % and then 15 % of the rest."""
    part, left = [0] * len(labels), list(range(len(labels)))
    for number, share in enumerate(SHARES, start=1):
        rng = Random(seed)
        for label in sorted(set(labels)):
            members = [index for index in left if labels[index] == label]
            for index in rng.sample(members, min(round(len(members) * share), len(members) - 1)):
                part[index] = number
        left = [index for index in left if not part[index]]
    return part


@given(st.lists(st.integers(5, 40), min_size=1, max_size=5), seeds, st.randoms(use_true_random=False))
def test_without_groups_the_draw_is_that_of_earlier_versions(sizes: list[int], seed: int, order: Random) -> None:
    """Prepared data keep their id, and trainings their keys."""
    labels = [label for label, size in enumerate(sizes) for _ in range(size)]
    order.shuffle(labels)
    assert draw(labels, range(len(labels)), SHARES, seed) == as_before(labels, seed)


def test_four_dogs_beside_two_hundred_cats_are_in_each_split() -> None:
    """They were all drawn for training."""
    labels = [0] * 200 + [1] * 4
    parts = draw(labels, range(204), SHARES, seed=0)
    assert Counter(parts[200:]) == {0: 2, 1: 1, 2: 1}
    assert Counter(parts[:200]) == {0: 144, 1: 30, 2: 26}


@pytest.mark.parametrize(("images", "parts"), [(1, {0}), (2, {0}), (3, {0, 1, 2})])
def test_a_class_of_less_than_three_stays_in_training(images: int, parts: set[int]) -> None:
    labels = [0] * 50 + [1] * images
    assert set(draw(labels, range(50 + images), SHARES, seed=0)[50:]) == parts


def test_where_one_split_is_drawn_two_are_enough() -> None:
    assert sorted(draw([0] * 50 + [1] * 2, range(52), (0.1,), seed=0)[50:]) == [0, 1]


@given(grouped, seeds)
def test_a_class_with_three_groups_is_in_each_split_near_its_share(groups: list[tuple[int, int]], seed: int) -> None:
    labels, names = spread(groups)
    parts = draw(labels, names, SHARES, seed)
    for label in set(labels):
        sizes = [size for of, size in groups if of == label]
        left = sum(sizes)
        counts = Counter(part for part, of in zip(parts, labels, strict=True) if of == label)
        if len(sizes) < 3:
            assert set(counts) == {0}
            continue
        assert set(counts) == {0, 1, 2}
        for number, share in enumerate(SHARES, start=1):
            aim = round(left * share)
            drawn = {name for name, part in zip(names, parts, strict=True) if part == number}
            few = len([name for name in drawn if groups[name][0] == label]) == 1 and counts[number] > aim
            kept = sum(1 for name, (of, _) in enumerate(groups) if of == label and name not in drawn)
            assert abs(counts[number] - aim) <= max(sizes) / 2 or few or kept <= 3
            left -= counts[number]


@given(mixed, seeds)
def test_groups_are_whole_and_every_class_can_be_learnt(images: list[tuple[int, int]], seed: int) -> None:
    labels, names = [label for label, _ in images], [group for _, group in images]
    parts = draw(labels, names, SHARES, seed)
    assert len(parts) == len(images)
    assert set(parts) <= {0, 1, 2}
    for name in set(names):
        assert len({part for part, of in zip(parts, names, strict=True) if of == name}) == 1
    assert {label for label, part in zip(labels, parts, strict=True) if part == 0} == set(labels)


@given(mixed, seeds)
def test_the_names_of_groups_do_not_matter(images: list[tuple[int, int]], seed: int) -> None:
    labels, names = [label for label, _ in images], [group for _, group in images]
    renamed = [f"patient {1000 - name}" for name in names]
    assert draw(labels, names, SHARES, seed) == draw(labels, renamed, SHARES, seed)


def test_another_seed_draws_others() -> None:
    labels, names = spread([(0, 3)] * 30)
    assert draw(labels, names, SHARES, 0) == draw(labels, names, SHARES, 0) != draw(labels, names, SHARES, 1)


@pytest.mark.parametrize("size", [1, 5])
def test_any_image_of_a_small_class_may_be_drawn(size: int) -> None:
    labels, names = spread([(0, 1)] * 50 + [(1, size)] * 3)
    seen = {tuple(draw(labels, names, SHARES, seed)[50::size]) for seed in range(50)}
    assert len(seen) == 6, "each order of training, validation and test"


def test_a_group_of_two_classes_counts_as_one_of_most_of_its_images() -> None:
    """Ten groups with one image of three of the second class, and ten with three: one of each in a tenth."""
    labels, names = [0, 0, 1] * 10 + [1, 1, 1] * 10, [index // 3 for index in range(60)]
    for seed in range(10):
        drawn = {name for name, part in zip(names, draw(labels, names, (0.1,), seed), strict=True) if part}
        assert len(drawn) == 2
        assert len([name for name in drawn if name < 10]) == 1


def test_a_class_in_groups_of_others_alone_is_in_each_split() -> None:
    """Thirty patients, four of which have one image of the rare class."""
    for seed in range(20):
        labels = [0] * 300
        for patient in range(4):
            labels[patient * 10] = 1
        parts = draw(labels, [index // 10 for index in range(300)], SHARES, seed)
        assert {part for part, label in zip(parts, labels, strict=True) if label == 1} == {0, 1, 2}, seed


def test_copies_of_one_image_are_no_three_images() -> None:
    parts = draw([0] * 20 + [1] * 9, [*range(20), *([99] * 9)], SHARES, seed=0)
    assert set(parts[20:]) == {0}
