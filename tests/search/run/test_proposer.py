"""The proposer: learns from what came of its proposals, and from failures above all."""

from statistics import mean

import optuna
import pytest

from search.optimize.choosing import STARTUP
from search.optimize.early_stopping import EarlyStop
from search.optimize.sampler_names import SamplerName
from search.run.proposer import Proposer
from search.study.trial import TrialResult
from spaces import Candidate, Encoding
from tests.search.factory import SMALL_SPACE, quality, result, spec
from ulsam import count_cost


def proposer(sampler: SamplerName = "known_cost", seed: int = 0, weight: float = 4.0, **sections: object) -> Proposer:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    known = spec(search={"sampler": sampler, "seed": seed, "budget_weight": weight}, **sections)
    return Proposer(known, Encoding(known.search_space))


def next_network(source: Proposer) -> Candidate:
    network = source.propose()
    assert network is not None
    return network


def train(source: Proposer, number: int, network: Candidate, accuracy: float | None) -> None:
    """A trial from its begin to its end; None: it failed."""
    source.begin(number, network)
    source.tell(number, TrialResult(failure="diverged") if accuracy is None else result(accuracy))


def proposed_flops(trials: int, **arguments: object) -> list[int]:
    """Of the networks that a search proposes once it reasons; wider ones are more accurate."""
    source, found = proposer(**arguments), []
    for number in range(trials):
        network = next_network(source)
        train(source, number, network, quality(network.arch))
        found.append(count_cost(network.arch, network.input_size).flops)
    return found[STARTUP:]


LARGE = {"space": {"widths": [0.1, 0.2, 0.3, 0.4], "groups": [1, 2, 4, 8], "placements": {"at_most": 2}}}


def test_a_search_with_a_budget_looks_where_the_budget_is() -> None:
    """And one without has nothing to look for there."""
    space = {"widths": [0.1, 0.2, 0.3, 0.4], "placements": {"at_most": 1}}
    budget = {"flops": 2_900_000}
    front_alone = proposed_flops(12, weight=0.0, budgets=budget, space=space)
    with_budget = proposed_flops(12, budgets=budget, space=space)
    assert max(with_budget) <= 2_900_000
    assert mean(with_budget) > 1.2 * mean(front_alone)
    assert proposed_flops(8, weight=0.0, space=space) == proposed_flops(8, space=space)


def test_tpe_learns_where_a_placement_pays() -> None:
    """Only block 12 raises the made-up accuracy; at random less than a fifth of the networks use it."""

    def share_at_12(sampler: SamplerName) -> float:
        source, used = proposer(sampler, **LARGE), []
        for number in range(80):
            network = next_network(source)
            used.append(any(placement.block == 12 for placement in network.arch.placements))
            train(source, number, network, quality(network.arch))
        return sum(used[40:]) / 40

    assert share_at_12("tpe") > 2 * share_at_12("random")


@pytest.mark.parametrize("sampler", ["known_cost", "tpe", "nsga2", "random"])
def test_removals_and_groups_of_blocks_are_proposed_each_once(sampler: SamplerName) -> None:
    placements = {"modes": ["substitute", "remove"], "blocks": [8, 9, 12], "together": [[8, 9]]}
    source = proposer(sampler, space={"widths": [0.1], "groups": [1], "placements": placements})
    proposed: list[Candidate] = []
    while (network := source.propose()) is not None:
        train(source, len(proposed), network, quality(network.arch))
        proposed.append(network)
    assert len(set(proposed)) == len(proposed) == 3**2
    assert sum(8 in network.arch.removed for network in proposed) == 3


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_networks_like_those_that_failed_are_avoided(sampler: SamplerName) -> None:
    """One width of four crashes: a quarter of random proposals would."""
    crashes = []
    source = proposer(sampler, **LARGE)
    for number in range(150):
        network = next_network(source)
        crashes.append(network.arch.width == 0.4)
        train(source, number, network, None if crashes[-1] else quality(network.arch))
    assert sum(crashes[75:]) < 0.6 * 75 / 4


FEW = {**SMALL_SPACE, "widths": [0.1]}


def test_a_network_that_failed_is_never_proposed_again() -> None:
    source = proposer(space=FEW)
    failed = next_network(source)
    train(source, 0, failed, None)
    others: set[Candidate] = set()
    while (network := source.propose()) is not None:
        others.add(network)
        train(source, len(others), network, 0.5)
    assert failed not in others
    assert len(others) == spec(space=FEW).search_space.count() - 1 > STARTUP


@pytest.mark.parametrize("sampler", ["known_cost", "tpe", "nsga2", "random"])
def test_one_made_again_from_the_trials_proposes_what_the_first_would(sampler: SamplerName) -> None:
    """Trials end in another order than they began, one is running, one failed and one was a further training."""
    first, again = proposer(sampler, **LARGE), proposer(sampler, **LARGE)
    trained: list[Candidate] = []

    def outcome(number: int) -> TrialResult:
        return TrialResult(failure="x") if number == 4 else result(quality(trained[number].arch))

    for number in range(20):
        trained.append(trained[3] if number == 12 else next_network(first))
        first.begin(number, trained[number])
        for ended in (number, number - 1) if number % 2 else ():
            if ended != 18:
                first.tell(ended, outcome(ended))
    for number, network in enumerate(trained):
        again.begin(number, network)
        if number != 18:
            again.tell(number, outcome(number))
    proposed = next_network(first)
    assert next_network(again) == proposed
    assert proposed not in trained


@pytest.mark.parametrize("sampler", ["known_cost", "random"])
def test_an_exhausted_space_stays_exhausted(sampler: SamplerName) -> None:
    source = proposer(sampler, space={"widths": [0.1], "placements": {"at_most": 0}})
    network = next_network(source)
    source.begin(0, network)
    assert source.propose() is None
    source.begin(1, network)  # once more, with another seed
    source.tell(1, result(0.5))
    source.tell(0, result(0.5))
    assert source.propose() is None
    assert source.pool_state().tried.all()


def test_what_optunas_samplers_are_told() -> None:
    """A failure is complete with the worst accuracy and a violated constraint."""
    source = proposer("random")
    networks = [next_network(source)]
    source.begin(0, networks[0])
    networks += [next_network(source)]
    source.begin(1, networks[1])
    source.begin(2, networks[0])
    source.begin(3, networks[1])
    stopped = EarlyStop(rung=1, rivals=(), noise=0.1)
    source.tell(2, TrialResult(stopped=stopped, rungs={1: 0.1}))
    source.tell(1, TrialResult(failure="x"))
    source.tell(0, result(0.75))
    assert source._optuna is not None
    trials = source._optuna._study.trials
    assert [trial.state.name for trial in trials] == ["COMPLETE", "COMPLETE", "PRUNED", "RUNNING"]
    encoding = Encoding(spec().search_space)
    assert [trial.params for trial in trials] == [encoding.encode(network) for network in [*networks, *networks]]
    costs = [count_cost(network.arch, 32) for network in networks]
    assert trials[0].values == [0.75, costs[0].params, costs[0].flops]
    assert trials[1].values == [0.0, costs[1].params, costs[1].flops]
    assert [trial.constraints for trial in trials[:2]] == [{"failed": 0.0}, {"failed": 1.0}]


def test_one_made_again_counts_generations_as_the_search_did() -> None:
    """A genetic sampler that takes every trial for one without a generation begins again with a random population."""
    first, again = proposer("nsga2", **LARGE), proposer("nsga2", **LARGE)
    for number in range(60):
        network = next_network(first)
        for source in (first, again):
            train(source, number, network, quality(network.arch))

    def generations(source: Proposer) -> list[object]:
        key = "NSGAIISampler:generation"
        assert source._optuna is not None
        return [trial.system_attrs.get(key) for trial in source._optuna._study.trials]

    assert generations(again) == generations(first)
    assert set(generations(first)) == {0, 1}
