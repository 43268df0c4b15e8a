"""A trial is found by its number, with what is known of its network, or refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.analysis.trial_by_number import NoTrialError, NotTrainedError, trial_by_number
from search.study.trial import Status, TrialResult
from tests.search.factory import fill, new_run, result


def test_a_trial_has_its_own_weights_and_the_values_of_its_network(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    first, other = fill(record, [result(0.5), result(0.9)])
    again = replace(first, number=2, seed=1, result=replace(result(0.7), weights_sha256="1" * 64))
    found = trial_by_number([first, other, again], 2)
    assert (found.number, found.seed, found.candidate, found.result) == (2, 1, first.candidate, again.result)
    assert found.values == (0.5, 0.7)
    assert trial_by_number([first, other, again], 0).seed == 0
    assert trial_by_number([first, other, again], 1).values == ()


def test_what_has_no_trained_network_is_refused(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    trials = fill(record, [TrialResult(failure="it failed"), None])
    with pytest.raises(NotTrainedError) as failed:
        trial_by_number(trials, 0)
    assert (failed.value.status, failed.value.where) == (Status.FAILED, "trial 0")
    assert "it failed" in failed.value.what
    with pytest.raises(NotTrainedError) as running:
        trial_by_number(trials, 1)
    assert running.value.status is Status.RUNNING
    for number, some in ((2, trials), (0, [])):
        with pytest.raises(NoTrialError) as unknown:
            trial_by_number(some, number)
        assert unknown.value.where == f"trial {number}"
