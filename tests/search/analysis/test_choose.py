"""Which network is exported."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from search.analysis.choose import NoneFastEnoughError, NoneWithinError, NothingTrainedError, choose, within_budgets
from search.analysis.latency_limit import LatencyLimit
from search.analysis.pick import Pick
from search.study.study import StudyRecord
from search.study.trial import TrialRecord, TrialResult
from spaces import Budgets, Candidate, Encoding, SearchSpace
from tests.search.factory import fill, new_run, result
from ulsam import count_cost


def test_the_most_accurate_within_the_budgets_is_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.3 + number / 50) for number in range(15)])
    assert choose(record.spec, trials, Budgets()).value == max(trial.value for trial in trials)
    limit = sorted(trial.costs["params"] for trial in trials)[3]
    chosen = choose(record.spec, trials, Budgets({"params": limit}))
    assert chosen.costs["params"] <= limit
    assert chosen.value == max(trial.value for trial in trials if trial.costs["params"] <= limit)


def test_of_equally_accurate_networks_the_cheapest_is_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [result(0.5)] * 8)
    assert choose(record.spec, trials, Budgets()).costs["flops"] == min(trial.costs["flops"] for trial in trials)


@pytest.mark.parametrize(
    ("objectives", "deciding"),
    [(["params"], "params"), (["flops", "params"], "params"), (["params", "flops"], "flops")],
)
@pytest.mark.parametrize("pick", ["best", "cheapest-within-1se"])
def test_cheap_is_what_has_little_of_the_last_objective(
    tmp_path: Path, objectives: list[str], deciding: str, pick: Pick
) -> None:
    blocks = {"widths": [0.2], "groups": [1], "placements": {"at_most": 1, "modes": ["substitute"]}}
    _, record = new_run(tmp_path, space=blocks, search={"objectives": objectives})
    small, quick = apart(record.spec.search_space)
    trials = trained(record, [small, quick], [0.5, 0.5])
    cheaper = {"params": small, "flops": quick}[deciding]
    assert choose(record.spec, trials, Budgets(), pick).candidate == cheaper


def apart(space: SearchSpace) -> tuple[Candidate, Candidate]:
    """Two networks: one has fewer parameters, the other fewer FLOPs."""
    for one in space:
        for other in space:
            ours, theirs = space.costs_of(one), space.costs_of(other)
            if ours["params"] < theirs["params"] and ours["flops"] > theirs["flops"]:
                return one, other
    raise AssertionError("parameters and FLOPs order all networks alike")


def test_failed_and_running_trials_are_never_chosen(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    fill(record, [TrialResult(failure="x"), None, result(0.2)])
    assert choose(record.spec, record.trials(), Budgets()).number == 2


def test_what_can_not_be_met_is_said_with_what_there_is(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    with pytest.raises(NothingTrainedError):
        choose(record.spec, (), Budgets())
    (trial,) = fill(record, [result(0.5)])
    with pytest.raises(NoneWithinError) as refused:
        choose(record.spec, [trial], Budgets({"flops": 10}))
    assert refused.value.least == trial.costs


def ladder(record: StudyRecord, count: int) -> list[Candidate]:
    """Networks of which each costs more parameters and FLOPs than the one before."""
    rng = Random(0)
    networks = {record.spec.search_space.sample(rng) for _ in range(200)}
    found: list[Candidate] = []
    for network in sorted(networks, key=flops):
        more_expensive = not found or count_cost(network.arch, 32).params > count_cost(found[-1].arch, 32).params
        if more_expensive and (not found or flops(network) > flops(found[-1])):
            found.append(network)
    assert len(found) >= count
    return found[:count]


def flops(network: Candidate) -> int:
    return count_cost(network.arch, 32).flops


def trained(record: StudyRecord, networks: Sequence[Candidate], accuracies: Sequence[float]) -> list[TrialRecord]:
    encoding = Encoding(record.spec.search_space)
    return [
        record.finish(record.start(network, encoding, seed=0), result(accuracy))
        for network, accuracy in zip(networks, accuracies, strict=True)
    ]


@pytest.mark.parametrize(("towards", "knee"), [(1.0, 1), (0.0, 2)])
def test_the_knee_is_above_the_line_between_the_ends(tmp_path: Path, towards: float, knee: int) -> None:
    """Where none is, the front bends nowhere, and the most accurate is taken."""
    _, record = new_run(tmp_path)
    networks = ladder(record, 3)
    on_the_line = (flops(networks[1]) - flops(networks[0])) / (flops(networks[2]) - flops(networks[0]))
    accuracies = [0.3, 0.3 + 0.4 * (on_the_line + towards) / 2, 0.7]
    trials = trained(record, networks, accuracies)
    assert choose(record.spec, trials, Budgets(), "knee").number == knee
    assert choose(record.spec, trials, Budgets({"flops": trials[0].costs["flops"]}), "knee").number == 0


def test_a_network_as_good_but_for_chance_is_taken_if_it_is_cheaper(tmp_path: Path) -> None:
    """At 228 images and 80 % the standard error is 2.6 points."""
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 4), [0.77, 0.778, 0.79, 0.80])
    assert choose(record.spec, trials, Budgets(), "cheapest-within-1se").number == 1
    assert choose(record.spec, trials, Budgets()).number == 3


def limit(trials: Sequence[TrialRecord], ms: Sequence[float], most: float) -> LatencyLimit:
    """Each trial's network took so many milliseconds, and may take ``most``."""
    taken = {trial.candidate: time / 1e3 for trial, time in zip(trials, ms, strict=True)}
    return LatencyLimit(most=most / 1e3, measured=taken)


@pytest.mark.parametrize(("pick", "number"), [("best", 2), ("knee", 2), ("cheapest-within-1se", 1)])
def test_with_a_limit_on_latency_every_pick_is_among_the_networks_within_it(
    tmp_path: Path, pick: Pick, number: int
) -> None:
    """The first is cheap and slow, as ULSAM can be, and the last expensive, accurate and slow."""
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 4), [0.795, 0.79, 0.80, 0.95])
    assert choose(record.spec, trials, Budgets(), pick, limit(trials, [9, 3, 5, 9], 5)).number == number
    assert choose(record.spec, trials, Budgets(), pick, limit(trials, [9, 9, 5, 9], 5)).number == 2


def test_the_knee_within_a_limit_is_that_of_the_front_of_what_is_fast_enough(tmp_path: Path) -> None:
    """Beside all networks the fast ones are on no front: the first is cheaper and more accurate."""
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 3), [0.9, 0.5, 0.6])
    assert choose(record.spec, trials, Budgets(), "knee", limit(trials, [9, 3, 9], 5)).number == 1


def test_the_other_budgets_hold_beside_a_limit_on_latency(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 3), [0.3, 0.4, 0.5])
    budgets = Budgets({"flops": trials[1].costs["flops"]})
    assert choose(record.spec, trials, budgets, latency=limit(trials, [1, 1, 1], 5)).number == 1
    assert [trial.number for trial in within_budgets(record.spec, trials, budgets)] == [0, 1]


def test_a_network_that_was_not_timed_is_not_within_a_limit_on_latency(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 3), [0.3, 0.4, 0.5])
    assert choose(record.spec, trials, Budgets(), latency=limit(trials[:2], [1, 1], 5)).number == 1


def test_of_a_limit_that_no_network_meets_the_fastest_is_named(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = trained(record, ladder(record, 3), [0.3, 0.4, 0.5])
    with pytest.raises(NoneFastEnoughError) as refused:
        choose(record.spec, trials, Budgets(), latency=limit(trials, [3, 2.5, 4], 0.5))
    assert refused.value.argument == "max_latency"
    assert (refused.value.timed, refused.value.fastest) == (3, 1)
    assert refused.value.seconds == pytest.approx(0.0025)
    budgets = Budgets({"flops": trials[0].costs["flops"]})
    with pytest.raises(NoneFastEnoughError) as within:
        choose(record.spec, trials, budgets, latency=limit(trials, [3, 2.5, 4], 0.5))
    assert (within.value.timed, within.value.fastest) == (1, 0)
    assert within.value.seconds == pytest.approx(0.003)
