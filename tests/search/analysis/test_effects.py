"""What a choice changes: cost exactly, accuracy as the surrogate learnt it."""

from random import Random

import pytest

from search.analysis.effects import (
    ChangedPosition,
    Effect,
    effects_of_groups,
    effects_of_positions,
    effects_of_substitutions,
)
from search.analysis.fitted_surrogate import FittedSurrogate
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.search.factory import quality, spec, trained
from ulsam import ArchConfig, count_cost

SPEC = spec()
SPACE = list(SPEC.search_space)
TRIALS = trained(SPEC, Random(1).sample(SPACE, 50))
NETWORKS = {trial.candidate: trial for trial in TRIALS}


@pytest.fixture(scope="module")
def fitted() -> FittedSurrogate:
    return FittedSurrogate.of(SPEC, TRIALS)


def pairs(of: ChangedPosition) -> list[tuple[Candidate, Candidate]]:
    """All networks that differ in that position alone."""
    return [
        (network.with_changes(other for other in network.changes if other != change), network)
        for network in SPACE
        for change in network.changes
        if ((change.block,), change.mode) == (of.blocks, of.mode)
    ]


def check(effect: Effect, expected: list[tuple[Candidate, Candidate]]) -> None:
    """All that needs no surrogate."""
    assert effect.pairs == len(expected)
    costs = [[count_cost(one.arch, one.input_size) for one in (without, placed)] for without, placed in expected]
    changes = {
        name: [getattr(after, name) - getattr(before, name) for before, after in costs] for name in ("params", "flops")
    }
    assert effect.costs == {name: (min(change), max(change)) for name, change in changes.items()}
    both = [[NETWORKS[one] for one in pair] for pair in expected if all(one in NETWORKS for one in pair)]
    assert effect.seen == len(both) > 0
    assert effect.better == sum(after.value > before.value for before, after in both)


def test_each_position_has_its_effect(fitted: FittedSurrogate) -> None:
    effects = effects_of_positions(fitted, NETWORKS)
    assert {position.blocks for position in effects} == {(8,), (9,), (12,)}
    for position, effect in effects.items():
        check(effect, pairs(position))
        expected = 0.08 if position.blocks == (12,) else -0.02  # as the made-up quality has it
        assert effect.low <= effect.value <= effect.high
        assert effect.value == pytest.approx(expected, abs=0.015)
        assert (effect.low > 0) == (position.blocks == (12,))


def test_a_larger_g_is_compared_with_a_smaller_in_the_same_networks() -> None:
    trials = trained(SPEC, NETWORKS, lambda arch: quality(arch) + 0.05 * any(p.groups == 4 for p in arch.placements))
    networks = {trial.candidate: trial for trial in trials}
    races = effects_of_groups(FittedSurrogate.of(SPEC, trials), networks)
    assert list(races) == [(1, 4)]
    race = races[1, 4]
    ones = [network for network in SPACE if {placement.groups for placement in network.arch.placements} == {1}]
    assert race.pairs == len(ones)
    assert race.low > 0
    assert race.value == pytest.approx(0.05, abs=0.015)
    assert race.better == race.seen > 0


def test_a_g_that_a_block_can_not_have_is_not_compared_there() -> None:
    """At width 0.35 block 3 has 8 channels, block 6 has 16."""
    own = spec(space={"widths": [0.35], "groups": [1, 16], "placements": {"blocks": [3, 6], "at_most": 2}})
    trials = trained(own, own.search_space)
    races = effects_of_groups(FittedSurrogate.of(own, trials), {trial.candidate: trial for trial in trials})
    ones = [one for one in own.search_space if [(p.block, p.groups) for p in one.arch.placements] == [(6, 1)]]
    assert races[1, 16].pairs == len(ones) == 2


def test_blocks_that_are_left_out_and_groups_that_are_changed_together_have_effects_as_a_whole() -> None:
    """Made-up accuracies: blocks 8 and 9 together are worth 6 points, block 12 costs 3."""
    placements = {"modes": ["substitute", "remove"], "blocks": [8, 9, 12, 13], "together": [[8, 9]], "at_most": 2}
    own = spec(space={"widths": [0.1, 0.2], "groups": [1], "placements": placements})
    networks = list(own.search_space)
    assert len(networks) == 2 * (1 + 3 * 2 + 3 * 4)

    def score(arch: ArchConfig) -> float:
        return round(0.5 + arch.width - 0.06 * (8 in arch.removed) + 0.03 * (12 in arch.removed), 4)

    trials = {trial.candidate: trial for trial in trained(own, networks, score)}
    effects = effects_of_positions(FittedSurrogate.of(own, trials.values()), trials)
    assert list(effects) == [
        ChangedPosition(blocks, mode, attention)
        for blocks in ((8, 9), (12,), (13,))
        for mode, attention in (("remove", ""), ("substitute", "ulsam"))
    ]
    assert {effect.pairs for effect in effects.values()} == {2 * (1 + 2 * 2)}  # each beside none or one of the others
    worth = {(8, 9): -0.06, (12,): 0.03, (13,): 0.0}
    for at, effect in effects.items():
        assert effect.value == pytest.approx(worth[at.blocks] if at.mode == "remove" else 0.0, abs=0.01)
        assert effect.seen == effect.pairs
        assert effect.costs["params"][1] < 0
    assert effects[ChangedPosition((8, 9), "remove")].better == 0
    assert effects[ChangedPosition((12,), "remove")].better == 10
    against = effects_of_substitutions(FittedSurrogate.of(own, trials.values()), trials)
    assert list(against) == [ChangedPosition(blocks, "substitute", "ulsam") for blocks in ((8, 9), (12,), (13,))]
    for at, effect in against.items():
        assert effect.pairs == effect.seen == 10
        assert effect.value == pytest.approx(-worth[at.blocks], abs=0.01)
        assert effect.costs["params"][0] > 0, "attention costs more than nothing"
    assert effects_of_substitutions(FittedSurrogate.of(SPEC, TRIALS), NETWORKS) == {}, "nothing may be left out"


def test_of_too_few_networks_nothing_is_said() -> None:
    few: list[TrialRecord] = TRIALS[:2]
    fitted = FittedSurrogate.of(SPEC, few)
    assert effects_of_positions(fitted, NETWORKS) == {}
    assert effects_of_groups(fitted, NETWORKS) == {}
