"""Searches on real Ray with a limit of time."""

import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ray import cloudpickle, tune

from pipelines.training.epoch import Epoch
from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import EPOCH, RESULT
from search.run.time_budget import TimeBudget
from search.study.trial import Status, TrialResult
from tests.helpers import Shell
from tests.search.factory import new_run
from tests.search.ray_backend.searches import SEARCH, trials_of

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # Ray's workers can't import tests

DONE = TrialResult(value=0.5, weights_sha256="0" * 64, seconds=1.0)
EPOCHS = 200  # more than a limit of 54 s has
STOPPING_SECONDS = 6.0  # that workers may need to end, on a machine that does other things


class OneSecond(tune.Trainable):  # type: ignore[misc]
    """A training of a second."""

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        return True

    def step(self) -> dict[str, Any]:
        time.sleep(1)
        return {RESULT: DONE, tune.result.DONE: True}


class Endless(OneSecond):
    """A training that has epochs for ever."""

    def step(self) -> dict[str, Any]:
        time.sleep(0.2)
        return {EPOCH: Epoch(number=self.iteration + 1, train_loss=1.0, val={"accuracy": 0.5}, seconds=0.2)}


@pytest.mark.slow  # long enough that workers start in it on a busy machine
@pytest.mark.usefixtures("ray_here")
def test_the_last_training_ends_before_the_limit(tmp_path: Path) -> None:
    many = {"widths": [0.1, 0.2], "groups": [1, 2, 4, 8], "placements": {"at_most": 2}}  # not to be exhausted
    folder, record = new_run(tmp_path, search={"concurrent": 2}, space=many)
    limit = TimeBudget(record.spec.recipe.epochs, 60 / 3600)
    driver = run_search(folder, record, trials=None, trainable=OneSecond, time=limit)
    assert driver.finished
    assert driver.time_up is not None
    assert not driver.time_up.stopped
    trials = record.trials()
    assert {trial.status for trial in trials} == {Status.COMPLETE}
    assert max(trial.search_seconds or 0.0 for trial in trials) <= 60
    assert not folder.ray_notes.exists()


@pytest.mark.usefixtures("ray_here")
def test_a_training_that_never_ends_is_stopped_and_goes_on_in_a_longer_search(tmp_path: Path) -> None:
    folder, record = new_run(tmp_path, search={"concurrent": 1})
    folder.checkpoints(0).mkdir(parents=True)
    limit = TimeBudget(record.spec.recipe.epochs, 6 / 3600)
    driver = run_search(folder, record, trials=None, trainable=Endless, time=limit)
    assert folder.checkpoints(0).exists(), "the longer search needs them"
    assert driver.time_up is not None
    assert (driver.time_up.stopped, driver.time_up.unfinished) == (True, 1)
    assert driver.problem is None
    assert 1.03 * 6 < limit.close() < 1.03 * 6 + STOPPING_SECONDS
    assert [trial.status for trial in record.trials()] == [Status.RUNNING]
    longer = TimeBudget(record.spec.recipe.epochs, 1.0, seconds_run=limit.elapsed)
    more = run_search(folder, folder.open_record(), trials=1, trainable=OneSecond, time=longer)
    assert more.finished
    assert [(trial.number, trial.status) for trial in record.trials()] == [(0, Status.COMPLETE)]


@pytest.mark.slow
def test_a_search_of_real_trainings_ends_in_its_hours_and_shows_its_front(new_shell: Shell) -> None:
    hours = 0.025
    new_shell.write("mine.yaml", SEARCH.replace("trials: 4", f"hours: {hours}, concurrent: 2"))
    output = new_shell.launch("mine.yaml")
    assert "front.html" in output
    trials = trials_of(new_shell)
    ended = [trial.search_seconds for trial in trials if trial.status is Status.COMPLETE and trial.search_seconds]
    assert ended
    assert max(ended) <= 1.05 * hours * 3600
    again = new_shell.launch("--resume", "mine")
    assert len(trials_of(new_shell)) >= len(trials)
    assert re.search(r"no time is left|no further training would end in time|the limit of search\.hours", again)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_real_training_that_was_stopped_goes_on_from_its_checkpoint(new_shell: Shell) -> None:
    long = SEARCH.replace("epochs: 3", f"epochs: {EPOCHS}").replace("trials: 4", "concurrent: 1, rungs: []")
    new_shell.write("mine.yaml", long + "resources: {checkpoint_seconds: 0}\n")
    output = new_shell.launch("mine.yaml", "--hours", 0.015, expect=1)  # there is no front yet
    said = re.search(r"1 training was not finished: (.+) finishes this trial", output)
    assert said, output
    assert said[1].startswith("ulsam-search launch --resume mine --hours ")
    (begun,) = trials_of(new_shell)
    assert begun.status is Status.RUNNING
    assert begun.epoch is not None
    assert (new_shell.folder / "runs" / "mine" / "checkpoints" / "00000").is_dir()
    new_shell.launch("--resume", "mine", "--hours", 0.2, "--trials", 1)
    (trial,) = trials_of(new_shell)
    assert trial.status is Status.COMPLETE
    assert trial.result is not None
    assert len(trial.result.epochs) == EPOCHS
    assert len(trial.result.interruptions) == 1, "it was not begun anew"
