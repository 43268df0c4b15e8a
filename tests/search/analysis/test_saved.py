"""What a search saved beside its best plain network."""

from dataclasses import replace

import pytest

from search.analysis.saved import Savings, savings
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.search.factory import DATA, result, spec, trained
from ulsam import ArchConfig, Placement

MANY = 100_000  # images: an error of 0.15 points each
SPEC = spec("saved").model_copy(update={"data": DATA.model_copy(update={"val_images": MANY})})
SMALL, LARGE = (SPEC.search_space.base("mobilenet_v2", width, 32) for width in (0.1, 0.2))


def placed(plain: Candidate, *blocks: int) -> Candidate:
    """``plain`` with attention in place of blocks, which costs less."""
    placements = tuple(Placement(block=block, mode="substitute", groups=4) for block in blocks)
    return replace(plain, arch=replace(plain.arch, placements=placements))


CHEAPER = [placed(LARGE, *blocks) for blocks in ((8, 9, 12), (9, 12), (12,))]


def trials_of(scores: dict[Candidate, float], spec: StudySpec = SPEC) -> list[TrialRecord]:
    """Complete ones."""
    by_arch: dict[ArchConfig, float] = {candidate.arch: score for candidate, score in scores.items()}
    return trained(spec, scores, lambda arch: by_arch[arch])


def saved(scores: dict[Candidate, float], spec: StudySpec = SPEC) -> Savings:
    found = savings(spec, trials_of(scores, spec))
    assert found is not None
    return found


def test_a_cheaper_network_whose_scores_are_within_the_margin_saves_its_costs() -> None:
    found = saved({SMALL: 0.5, LARGE: 0.8, CHEAPER[0]: 0.798})
    best = found.best
    assert best is not None
    assert best.network.candidate == CHEAPER[0]
    assert best.gain.over == LARGE
    assert best.gain.value == pytest.approx(-0.002)
    costs, of_plain = SPEC.search_space.costs_of(CHEAPER[0]), SPEC.search_space.costs_of(LARGE)
    assert best.shares == {name: costs[name] / of_plain[name] for name in ("params", "flops")}
    assert all(share < 1 for share in best.shares.values())
    assert found.best_plain is None
    assert found.to_dict()["compared"] == 2


def test_the_cheapest_of_several_counts() -> None:
    rising = {one: 0.797 + 0.001 * place for place, one in enumerate(CHEAPER)}
    found = saved({LARGE: 0.8, **rising})
    assert [one.network.candidate for one in found.found] == CHEAPER
    assert found.best == found.found[0]


@pytest.mark.parametrize(
    ("less", "images", "within", "less_by_chance"),
    [
        (0.002, MANY, True, True),
        (0.02, MANY, True, False),  # within the margin, and less accurate by more than chance
        (0.05, MANY, False, False),
        (0.002, 228, False, True),  # so few images prove neither
    ],
)
def test_both_ends_of_the_difference_must_say_so(less: float, images: int, within: bool, less_by_chance: bool) -> None:
    few = SPEC.model_copy(update={"data": DATA.model_copy(update={"val_images": images})})
    found = saved({LARGE: 0.8, CHEAPER[0]: 0.8 - less}, few)
    (one,) = found.found
    assert one.within_margin == within
    assert one.gain.surely_less == (not less_by_chance)
    assert (found.best is not None) == (within and less_by_chance)
    assert (found.likeliest is not None) == less_by_chance


@pytest.mark.parametrize(("margin", "as_accurate"), [(0.01, False), (0.03, True)])
def test_the_margin_is_the_search_files(margin: float, as_accurate: bool) -> None:
    search = SPEC.search.model_copy(update={"margin": margin})
    few = SPEC.model_copy(update={"data": DATA.model_copy(update={"val_images": 4000}), "search": search})
    found = saved({LARGE: 0.8, CHEAPER[0]: 0.8 - 0.004}, few)
    assert (found.best is not None) == as_accurate
    assert found.to_dict()["margin"] == margin


def test_many_networks_are_tested_together() -> None:
    """By itself each is 97.9 % sure to be above the margin: of three together none is."""
    images = next(many for many in range(500, 5000, 10) if _probability(many) > 0.979)
    few = SPEC.model_copy(update={"data": DATA.model_copy(update={"val_images": images})})
    assert saved({LARGE: 0.8, CHEAPER[0]: 0.8}, few).best is not None
    alike = saved({LARGE: 0.8, **dict.fromkeys(CHEAPER, 0.8), SMALL: 0.5}, few)
    assert alike.to_dict()["compared"] > 1
    assert alike.best is None


def _probability(images: int) -> float:
    few = SPEC.model_copy(update={"data": DATA.model_copy(update={"val_images": images})})
    (one,) = saved({LARGE: 0.8, CHEAPER[0]: 0.8}, few).found
    return one.gain.probability_above(-SPEC.search.margin)


def test_a_plain_network_that_is_as_accurate_and_cheaper_takes_the_saving() -> None:
    found = saved({LARGE: 0.8, SMALL: 0.799, CHEAPER[0]: 0.7995})
    assert found.best_plain is not None
    assert found.best_plain.network.candidate == SMALL
    assert found.best is None


def test_a_plain_network_that_is_dearer_in_one_cost_leaves_the_saving() -> None:
    """The plain one has fewer FLOPs and more parameters: another way to save."""
    large, small, changed = trials_of({LARGE: 0.8, SMALL: 0.799, CHEAPER[0]: 0.7995})
    small = replace(small, costs={**small.costs, "params": large.costs["params"]})
    found = savings(SPEC, [large, small, changed])
    assert found is not None
    assert small.costs["flops"] < changed.costs["flops"]
    assert [one and one.network.number for one in (found.best, found.best_plain)] == [changed.number, small.number]


def test_a_cost_that_the_best_plain_network_does_not_have_is_not_saved() -> None:
    trials = [replace(one, costs={**one.costs, "params": 0}) for one in trials_of({LARGE: 0.8, CHEAPER[0]: 0.8})]
    found = savings(SPEC, trials)
    assert found is not None
    assert found.best is not None
    assert (found.best.shares["params"], found.best.shares["flops"] < 1) == (1, True)


def test_what_costs_no_less_saves_nothing_and_without_a_plain_network_nothing_is_known() -> None:
    inserted = replace(LARGE, arch=replace(LARGE.arch, placements=(Placement(block=8, mode="insert", groups=4),)))
    found = saved({LARGE: 0.8, inserted: 0.801})
    assert (found.found, found.best, found.likeliest) == ((), None, None)
    assert savings(SPEC, trials_of({CHEAPER[0]: 0.8})) is None


def test_a_network_with_seeds_in_common_is_paired() -> None:
    """Seeds differ by ten points, the two networks by less than two tenths."""
    trials = trials_of({LARGE: 0.8, CHEAPER[0]: 0.799})
    plain, cheaper = trials
    again = [
        replace(trial, number=number, seed=seed, result=result(value))
        for number, (trial, seed, value) in enumerate(
            [(plain, 1, 0.7), (cheaper, 1, 0.7005), (plain, 2, 0.6), (cheaper, 2, 0.599)], start=2
        )
    ]
    found = savings(SPEC, [*trials, *again])
    assert found is not None
    assert found.best is not None
    assert found.best.gain.in_common == 3
    assert found.of(found.best.network) == found.best
    assert found.of(trials[0]) is None
