"""A search that was interrupted goes on with the very trials that the uninterrupted search has."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from search.optimize.choosing import LARGEST
from search.optimize.sampler_names import SamplerName
from search.run.driver import Driver
from search.run.task import TrialTask
from search.study.folder import RunFolder
from search.study.trial import TrialResult
from spaces import Encoding
from tests.search.factory import new_run, quality, result, spec
from ulsam import ArchConfig

Trials = list[tuple[ArchConfig, int, str]]

# Too many networks to look at one by one: the sampler looks at a part that it draws again now and then.
OURS = {"sampler": "known_cost", "confirm": 0}
LARGE = {"search": OURS, "space": {"widths": [0.1, 0.2], "groups": [1, 2, 4, 8], "placements": {"at_most": 4}}}
RUNGS = {"search": {"sampler": "known_cost", "rungs": [1], "confirm": 0.2}, "training": {"epochs": 4}}


def score(arch: ArchConfig, seed: int) -> float:
    """A made-up accuracy with noise that no two networks share."""
    return quality(arch) + crc32(f"{arch.arch_id} {seed}".encode()) / 2**32 * 0.05


def train(driver: Driver, task: TrialTask) -> None:
    """A made-up worker: some networks diverge, and some are stopped at a rung."""
    accuracy = score(task.candidate.arch, task.seed)
    if crc32(task.candidate.arch.arch_id.encode()) % 11 == 0:
        driver.trial_ended(task.number, TrialResult(failure="DivergedError: training loss is nan in epoch 1"))
        return
    rungs = dict.fromkeys(task.rungs, accuracy - 0.1)
    if rungs and not driver.rung_reached(task.number, replace(result(accuracy - 0.1, epochs=1), rungs=rungs)):
        driver.trial_stopped(task.number)
    else:
        driver.trial_ended(task.number, replace(result(accuracy), rungs=rungs))


def search(runs: Path, trials: int, interruptions: Iterator[str], **sections: Any) -> Trials:
    """A whole search, one trial at a time, that is interrupted before a trial, in the middle of it, or not."""
    folder, record = new_run(runs, **sections)
    driver = Driver(folder, record, trials)
    for where in interruptions:
        if where == "before":
            driver = resumed(folder, trials)
        task = driver.next_task()
        if task is None:
            break
        if where == "amid":
            driver = resumed(folder, trials)
            assert driver.next_task() == task
        train(driver, task)
    return [(trial.arch, trial.seed, str(trial.status)) for trial in folder.open_record().trials()]


def resumed(folder: RunFolder, trials: int) -> Driver:
    """A driver that knows nothing but the record."""
    return Driver(folder, folder.open_record(), trials)


def never() -> Iterator[str]:
    while True:
        yield "no"


def always(where: str) -> Iterator[str]:
    while True:
        yield where


def once(at: int) -> Iterator[str]:
    for number in range(10_000):
        yield ("before", "amid")[at % 2] if number == at else "no"


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    """The 20 trials of a search that nothing interrupted; one of fewer trials has the first of these."""
    trials = search(tmp_path_factory.mktemp("whole"), 20, never(), search=OURS)
    assert len(trials) == 20
    return trials


def test_interrupted_before_each_trial_it_has_the_same_trials(tmp_path: Path, uninterrupted: Trials) -> None:
    assert search(tmp_path, 20, always("before"), search=OURS) == uninterrupted


def test_interrupted_amid_each_trial_with_rungs_and_further_seeds_it_has_the_same_trials(tmp_path: Path) -> None:
    whole = search(tmp_path / "whole", 20, never(), **RUNGS)
    assert len(whole) == 20
    assert search(tmp_path / "parts", 20, always("amid"), **RUNGS) == whole


@pytest.mark.parametrize("at", [4, 9])
def test_interrupted_once_it_has_the_same_trials(tmp_path: Path, uninterrupted: Trials, at: int) -> None:
    assert search(tmp_path, 14, once(at), search=OURS) == uninterrupted[:14]


@pytest.fixture
def small_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools of a space too large to look at whole have fewer candidates, and are drawn as often."""
    monkeypatch.setattr("search.optimize.pool._SIZE", 256)


@pytest.fixture
def noise_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No choice makes a network better: else neighbours of the best are chosen, which are in each pool."""
    monkeypatch.setattr(sys.modules[__name__], "quality", lambda _: 0.5)


@pytest.mark.usefixtures("small_pools", "noise_alone")
def test_of_a_space_too_large_to_look_at_whole_it_has_the_same_trials(tmp_path: Path) -> None:
    assert spec(**LARGE).search_space.count_within_budgets() > LARGEST
    whole = search(tmp_path / "whole", 18, never(), **LARGE)
    assert search(tmp_path / "parts", 18, once(13), **LARGE) == whole


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "gp", "random"])
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_other_samplers_have_the_same_trials_too(tmp_path: Path, sampler: SamplerName) -> None:
    trials, at = {"nsga2": (60, 55), "gp": (13, 11)}.get(sampler, (14, 12))
    sections = {"search": {"sampler": sampler, "confirm": 0}}
    whole = search(tmp_path / "whole", trials, never(), **sections)
    assert search(tmp_path / "parts", trials, once(at), **sections) == whole


@pytest.mark.usefixtures("small_pools")
def test_what_was_taken_over_counts_alike(tmp_path: Path) -> None:
    """Trials of another search stand first in the record, some of networks that the sampler would not have drawn."""

    def played(name: str, interruptions: Iterator[str]) -> Trials:
        folder, record = new_run(tmp_path / name, **LARGE)
        networks = list(dict.fromkeys(one for one, _ in zip(record.spec.search_space, range(4000), strict=False)))
        encoding = Encoding(record.spec.search_space)
        for one in networks[1::299]:
            arch = one.arch
            record.finish(record.start(one, encoding, 0, {"origin": arch.arch_id}), result(score(arch, 0)))
        driver = Driver(folder, record, 24)
        for where in interruptions:
            if where == "before":
                driver = resumed(folder, 24)
            task = driver.next_task()
            if task is None:
                break
            train(driver, task)
        return [(trial.arch, trial.seed, str(trial.status)) for trial in record.trials()]

    assert played("parts", once(6)) == played("whole", never())
