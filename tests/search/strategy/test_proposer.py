"""The proposer: learns from what came of its proposals, and from failures above all."""

import pytest

from search.strategy.proposer import Proposer
from search.strategy.samplers import SamplerName
from spaces import Encoding
from tests.search.factory import facts, quality
from ulsam import ArchConfig


def proposer(sampler: SamplerName = "known_cost", seed: int = 0, **sections: object) -> Proposer:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    known = facts(**sections)
    return Proposer(sampler, Encoding(known.search_space), known.reference, seed)


def next_network(source: Proposer) -> ArchConfig:
    arch = source.propose()
    assert arch is not None
    return arch


LARGE = {"space": {"widths": [0.1, 0.2, 0.3, 0.4], "groups": [1, 2, 4, 8], "placements": {"at_most": 3}}}


def test_tpe_learns_where_a_placement_pays() -> None:
    """Only block 12 raises the made-up accuracy; at random less than a fifth of the networks use it."""

    def share_at_12(sampler: SamplerName) -> float:
        source, used = proposer(sampler, **LARGE), []
        for _ in range(80):
            arch = next_network(source)
            used.append(any(place.block == 12 for place in arch.placements))
            source.learn(arch, quality(arch))
        return sum(used[40:]) / 40

    assert share_at_12("tpe") > 2 * share_at_12("random")


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_networks_like_those_that_failed_are_avoided(sampler: SamplerName) -> None:
    """One width of four crashes: a quarter of random proposals would."""
    crashes = []
    source = proposer(sampler, **LARGE)
    for _ in range(150):
        arch = next_network(source)
        crashes.append(arch.width == 0.4)
        source.learn(arch, None if crashes[-1] else quality(arch))
    assert sum(crashes[75:]) < 0.6 * 75 / 4


def test_a_network_that_failed_is_never_proposed_again() -> None:
    source = proposer()
    failed = next_network(source)
    source.learn(failed, None)
    others = set()
    while (arch := source.propose()) is not None:
        others.add(arch)
        source.learn(arch, 0.5)
    assert failed not in others
    assert len(others) == facts().search_space.count() - 1


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "random"])
def test_a_replay_goes_on_where_the_first_stopped(sampler: SamplerName) -> None:
    first = proposer(sampler)
    told = []
    for _ in range(30):
        arch = next_network(first)
        first.learn(arch, quality(arch))
        told.append(arch)
    again = proposer(sampler, seed=1)
    for arch in told:
        again.replay(arch)
    for arch in told:
        again.learn(arch, quality(arch))
    assert next_network(again) not in told


def test_an_exhausted_space_stays_exhausted() -> None:
    source = proposer(space={"widths": [0.1], "placements": {"at_most": 0}})
    assert source.propose() is not None
    assert source.propose() is None
    assert source.propose() is None


def test_a_replay_counts_generations_as_the_search_did() -> None:
    """A genetic sampler that takes every trial for one without a generation begins anew with a random population."""
    first, again = proposer("nsga2", **LARGE), proposer("nsga2", **LARGE)
    for _ in range(60):
        arch = next_network(first)
        again.replay(arch)
        for source in (first, again):
            source.learn(arch, quality(arch))

    def generations(source: Proposer) -> list[object]:
        key = "NSGAIISampler:generation"
        return [trial.system_attrs.get(key) for trial in source._study.trials]

    assert generations(again) == generations(first)
    assert set(generations(first)) == {0, 1}
