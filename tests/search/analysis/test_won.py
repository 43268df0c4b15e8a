"""What a search won over the plain networks that a user would have picked."""

from dataclasses import replace
from random import Random

import pytest

from search.analysis.front import complete, pareto_front
from search.analysis.won import PlainNetworks, verdict
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import Candidate
from tests.search.factory import result, spec, trained
from ulsam import count_cost

SPEC = spec("won", budgets={"flops": "2.6M"}, search={"baselines": True})
SPACE = SPEC.search_space
PLAIN = SPACE.plain_networks
CHANGED = [network for network in SPACE if not network.arch.is_plain]


def with_seeds(trials: list[TrialRecord], seeds: int, offsets: dict[Candidate, list[float]]) -> list[TrialRecord]:
    """Further seeds of each trial; ``offsets``: of a network's scores from its first."""
    found = list(trials)
    for trial in trials:
        for seed in range(1, seeds):
            moved = trial.value + offsets.get(trial.candidate, [0.0] * seeds)[seed]
            found.append(replace(trial, number=len(found), seed=seed, result=result(moved)))
    return found


def trials_of(plain: float, changed: float, spec: StudySpec = SPEC) -> list[TrialRecord]:
    """All plain networks and some others, with made-up scores."""
    some = Random(0).sample(CHANGED, 8)
    return trained(spec, [*PLAIN, *some], lambda arch: (plain if arch.is_plain else changed) + arch.width / 100)


def test_the_best_is_compared_with_the_best_plain_network_within_the_budgets() -> None:
    trials = trials_of(0.5, 0.8)
    found = verdict(SPEC, trials)
    assert found.won
    assert found.gain is not None
    assert found.plain is not None
    assert found.found is not None
    assert found.plain.value == max(trial.value for trial in trials if trial.arch.is_plain)
    assert found.found.value == max(trial.value for trial in trials if not trial.arch.is_plain)
    assert found.gain.value == pytest.approx(found.found.value - found.plain.value)
    assert SPACE.fitting_bases, "one of a width that no list has"
    assert found.plain.candidate in PLAIN


@pytest.mark.parametrize(("changed", "value"), [(0.45, "negative"), (0.51, "chance")])
def test_it_won_nothing_where_the_plain_network_is_better_or_chance_may_be_all(changed: float, value: str) -> None:
    found = verdict(SPEC, trials_of(0.5, changed))
    assert not found.won
    assert found.gaining == 0
    assert found.gain is not None
    assert (found.gain.value < 0) == (value == "negative")


def test_seeds_in_common_tell_what_images_can_not() -> None:
    """A point is nothing on 228 images, and much where three pairs agree to a tenth."""
    trials = trials_of(0.5, 0.51)
    assert not verdict(SPEC, trials).won
    moved = {trial.candidate: [0.0, 0.08, -0.06] for trial in trials}
    (best,) = [trial for trial in trials if trial == verdict(SPEC, trials).found]
    moved[best.candidate] = [0.0, 0.0805, -0.0605]
    found = verdict(SPEC, with_seeds(trials, 3, moved))
    assert found.won
    assert found.gain is not None
    assert found.gain.in_common == 3


def test_where_seeds_differ_much_one_seed_more_proves_nothing() -> None:
    """Twenty points are much on 228 images; two seeds of another network differ by thirty."""
    trials = trials_of(0.5, 0.7)
    assert verdict(SPEC, trials).won
    cheapest = trials[0]
    again = replace(cheapest, number=len(trials), seed=1, result=result(cheapest.value - 0.3))
    found = verdict(SPEC, [*trials, again])
    assert found.gain is not None
    assert found.gain.seed_deviation > 0.2
    assert not found.won


def test_over_the_front_each_is_compared_with_a_plain_one_that_costs_no_more() -> None:
    more_expensive = sorted(CHANGED, key=lambda one: count_cost(one.arch, one.input_size).flops)[::6]
    trials = trained(
        SPEC, [*PLAIN, *more_expensive], lambda arch: 0.4 + 0.3 * (not arch.is_plain) + count_cost(arch, 32).flops / 1e7
    )
    plain = PlainNetworks(SPEC, trials)
    members = pareto_front(trials, SPEC.search.cost_epsilon)
    compared = 0
    for member in members:
        cheap = [
            one.value
            for one in complete(trials)
            if one.arch.is_plain and all(one.costs[name] <= 1.01 * cost for name, cost in member.costs.items())
        ]
        gain = plain.gain_of(member)
        if member.arch.is_plain or not cheap:
            assert gain is None
        else:
            compared += 1
            assert gain is not None
            assert gain.value == pytest.approx(member.value - max(cheap))
    assert compared == verdict(SPEC, trials).compared > 0


def test_without_a_plain_network_nothing_is_known_and_with_these_alone_nothing_is_won() -> None:
    some = trained(SPEC, CHANGED[:3])
    assert verdict(SPEC, some).gain is None
    assert verdict(SPEC, some).plain is None
    alone = verdict(SPEC, trained(SPEC, PLAIN))
    assert (alone.found, alone.gain, alone.won) == (None, None, False)
