"""The front: strict, and with costs that differ by little as ties."""

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis.front import pareto_front
from search.study.trial import TrialRecord
from tests.search.factory import fill, new_run, result


def networks(tmp_path: Path, figures: list[tuple[float, int, int]]) -> list[TrialRecord]:
    """One trial for each (accuracy, params, flops)."""
    _, record = new_run(tmp_path)
    done = fill(record, [result(accuracy) for accuracy, _, _ in figures])
    return [
        replace(trial, costs={"params": params, "flops": flops})
        for trial, (_, params, flops) in zip(done, figures, strict=True)
    ]


def test_three_parameters_saved_are_no_reason_to_be_on_a_front(tmp_path: Path) -> None:
    trials = networks(tmp_path, [(0.6, 1000, 1000), (0.7, 1003, 1000), (0.5, 500, 500)])
    assert [trial.value for trial in pareto_front(trials)] == [0.5, 0.6, 0.7]
    assert [trial.value for trial in pareto_front(trials, epsilon=0.01)] == [0.5, 0.7]


def test_a_chain_of_ties_does_not_swallow_the_cheap_end(tmp_path: Path) -> None:
    """Each is 0.9 % more expensive than the one before: beside every one that is left out a better one is kept."""
    trials = networks(tmp_path, [(0.3 + 0.01 * n, round(10_000 * 1.009**n), 100) for n in range(30)])
    kept = pareto_front(trials, epsilon=0.01)
    assert len(kept) == 15
    assert all(any(k.value >= t.value and k.costs["params"] <= 1.01 * t.costs["params"] for k in kept) for t in trials)


@settings(max_examples=10)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=8, unique=True))
def test_without_ties_nothing_changes(pairs: list[tuple[int, int]]) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        trials = networks(Path(folder), [(accuracy / 10, cost * 100, cost * 100) for accuracy, cost in pairs])
    assert pareto_front(trials, epsilon=0.01) == pareto_front(trials)
