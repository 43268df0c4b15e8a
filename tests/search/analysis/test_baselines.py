"""The plain MobileNets beside what was found."""

from dataclasses import replace
from random import Random

import pytest

from search.analysis.baselines import baselines
from search.analysis.fitted_surrogate import FittedSurrogate
from search.analysis.front import complete
from search.optimize.early_stopping import EarlyStop
from search.study.trial import Status, TrialRecord, TrialResult
from tests.search.factory import spec, trained
from ulsam import count_cost

SPEC = spec("plain")


def trials(count: int = 30) -> list[TrialRecord]:
    with_attention = [network for network in SPEC.search_space if network.arch.placements]
    return trained(SPEC, [SPEC.search_space.base("mobilenet_v2", 0.2, 32), *Random(1).sample(with_attention, count)])


def test_they_cost_what_they_cost_whether_or_not_they_were_trained() -> None:
    done = trials()
    narrow, wide = baselines(SPEC, FittedSurrogate.of(SPEC, done), done)
    assert [narrow.candidate.arch.width, wide.candidate.arch.width] == [0.1, 0.2]
    assert not narrow.candidate.arch.placements
    for plain in (narrow, wide):
        cost = count_cost(plain.candidate.arch, plain.candidate.input_size)
        assert plain.costs == {"params": cost.params, "flops": cost.flops}
    assert narrow.trial is None
    assert wide.trial is not None
    assert wide.trial.number == 0
    assert wide.expected is None


def test_of_one_that_was_not_trained_it_says_what_is_expected() -> None:
    done = trials()
    narrow, _ = baselines(SPEC, FittedSurrogate.of(SPEC, done), done)
    assert narrow.expected is not None
    assert (
        0 <= narrow.expected.low < 0.6 < narrow.expected.high <= 1
    )  # the made-up accuracy is half a point and the width
    few = done[:2]
    assert baselines(SPEC, FittedSurrogate.of(SPEC, few), few)[0].expected is None


def test_beside_each_stands_the_best_that_costs_no_more() -> None:
    done = trials()
    for plain in baselines(SPEC, FittedSurrogate.of(SPEC, done), done):
        within = [
            trial.value
            for trial in complete(done)
            if trial.arch.placements and all(trial.costs[name] <= 1.01 * cost for name, cost in plain.costs.items())
        ]
        assert (plain.found.value if plain.found else None) == max(within, default=None)
    assert plain.found is not None, "a substitution is cheaper than what it stands for"


def test_a_network_without_some_blocks_may_be_the_best() -> None:
    own = spec("thin", space={"widths": [0.2], "placements": {"modes": ["remove"], "blocks": [8, 9]}})
    done = trained(own, own.search_space)
    (plain,) = baselines(own, FittedSurrogate.of(own, done), done)
    assert plain.found is not None
    assert plain.found.arch.removed


@pytest.mark.parametrize(("flops", "widths"), [("2.5M", [0.1]), ("2.05M", [])])
def test_those_above_the_budgets_are_left_out(flops: str, widths: list[float]) -> None:
    tight = spec("tight", budgets={"flops": flops})
    done = trained(tight, Random(1).sample(list(tight.search_space), 5))
    assert [plain.candidate.arch.width for plain in baselines(tight, FittedSurrogate.of(tight, done), done)] == widths


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (Status.STOPPED, TrialResult(stopped=EarlyStop(rung=1, rivals=(), noise=0.02))),
        (Status.FAILED, TrialResult(failure="it diverged")),
    ],
)
def test_one_that_was_stopped_or_failed_is_not_called_untrained(status: Status, result: TrialResult) -> None:
    done = trials()
    done[0] = replace(done[0], status=status, result=result)
    _, wide = baselines(SPEC, FittedSurrogate.of(SPEC, done[1:]), done)
    assert wide.trial is not None
    assert wide.trial.status is status
    assert wide.expected is not None
