"""How many trials a search can come to."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.analysis.trial_limit import most_trials
from search.run.driver import Driver
from tests.search.factory import new_run, spec, trained
from tests.search.run.drivers import work

SMALL = {"widths": [0.1], "groups": [1, 4], "placements": {"blocks": [8, 9, 12], "at_most": 2}}


def test_no_more_than_networks_and_their_further_seeds() -> None:
    twenty = {"widths": [0.1, 0.2], "groups": [1], "placements": {"blocks": [8, 9, 10, 11, 12], "at_most": 1}}
    known = spec(space=twenty, search={"confirm": 0.2})
    assert known.networks == 20
    assert most_trials(known, 10) == 10
    assert most_trials(known, 1000) == 24
    adopted = trained(known, [*known.search_space][:4])
    adopted.append(replace(adopted[0], number=4, seed=1))  # a further seed: five trials of four networks
    assert most_trials(known, 1005, adopted) == 5 + 16 + 3


def test_a_space_too_large_to_count_has_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    known = spec()
    monkeypatch.setitem(vars(known), "networks", None)
    assert most_trials(known, 10**9) == 10**9


@pytest.mark.parametrize("asked", [30, 45, 1000])
def test_a_search_never_has_more(tmp_path: Path, asked: int) -> None:
    """With 228 images nearly all of these networks are in doubt, so all further seeds are used."""
    folder, record = new_run(tmp_path, space=SMALL, search={"confirm": 0.2, "sampler": "random"})
    driver = Driver(folder, record, trials=asked)
    work(driver)
    assert driver.finished or driver.exhausted
    assert len(record.trials()) == most_trials(record.spec, asked)
