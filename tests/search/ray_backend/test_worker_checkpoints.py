"""A training that one worker began goes on, and is scored at its rungs, with another."""

import platform
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.storage.manifest import file_sha256
from pipelines.training.loop import Training
from search.ray_backend.trial_worker import EPOCH, RUNG, TASK, TrialWorker
from search.run.task import TrialTask
from tests.search.ray_backend.workers import RECIPE, run

pytestmark = pytest.mark.usefixtures("threads")


def test_at_a_rung_it_reports_an_annealed_score_and_goes_on_to_the_same_weights(
    task: TrialTask, tmp_path: Path
) -> None:
    worker = TrialWorker({TASK: replace(task, rungs=(1,))})
    report = worker.step()
    so_far = report[RUNG]
    assert (report[EPOCH].number, list(so_far.rungs)) == (1, [1])
    assert so_far.value == so_far.rungs[1] != report[EPOCH].val_accuracy
    _, outcome = run(worker)
    assert outcome.rungs == so_far.rungs
    plain = TrialWorker({TASK: replace(task, weights=tmp_path / "weights" / "plain.safetensors")})
    assert RUNG not in plain.step()
    assert run(plain)[1].weights_sha256 == outcome.weights_sha256


def test_another_worker_goes_on_to_the_same_weights(kept: TrialTask, tmp_path: Path) -> None:
    long = replace(kept, recipe=replace(RECIPE, epochs=4))
    _, whole = run(TrialWorker({TASK: replace(long, checkpoints=tmp_path / "others")}))
    lost = TrialWorker({TASK: long})
    for _ in range(2):
        lost.step()
    epochs, outcome = run(TrialWorker({TASK: long}))
    assert [epoch.number for epoch in epochs] == [2, 3]  # what was kept last is reported again
    assert [epoch.number for epoch in outcome.epochs] == [1, 2, 3, 4]
    assert outcome.weights_sha256 == whole.weights_sha256
    assert outcome.value == whole.value
    assert whole.interruptions == ()
    assert outcome.interruptions == (f"interrupted, went on after epoch 2 on {platform.node()}",)
    assert outcome.seconds > sum(epoch.seconds for epoch in outcome.epochs)


def test_a_score_at_a_rung_is_reported_again_by_the_worker_that_takes_over(kept: TrialTask) -> None:
    """Whoever decides on it may have died before it heard."""
    first = TrialWorker({TASK: replace(kept, rungs=(1,))}).step()
    worker = TrialWorker({TASK: replace(kept, rungs=(1,))})
    again = worker.step()
    assert again[EPOCH] == first[EPOCH]
    assert again[RUNG].rungs == first[RUNG].rungs
    assert run(worker)[1].rungs == first[RUNG].rungs


def test_a_training_that_ended_as_its_driver_died_is_not_made_again(
    kept: TrialTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, outcome = run(TrialWorker({TASK: kept}))
    kept.weights.unlink()
    monkeypatch.setattr(Training, "run_epoch", lambda _: pytest.fail("it trains again"))
    _, again = run(TrialWorker({TASK: kept}))
    assert again.value == outcome.value
    assert again.weights_sha256 == outcome.weights_sha256 == file_sha256(kept.weights)


def test_a_damaged_checkpoint_costs_an_epoch_and_is_on_record(kept: TrialTask) -> None:
    lost = TrialWorker({TASK: replace(kept, recipe=replace(RECIPE, epochs=4))})
    for _ in range(3):
        lost.step()
    _, last = sorted(kept.checkpoints.iterdir())
    last.write_bytes(last.read_bytes()[:-100])
    _, outcome = run(TrialWorker({TASK: replace(kept, recipe=replace(RECIPE, epochs=4))}))
    assert outcome.interruptions == (
        f"interrupted, went on after epoch 2 on {platform.node()}, since what is later is damaged: {last.name}",
    )


def test_where_every_checkpoint_is_damaged_it_starts_again_and_says_so(kept: TrialTask) -> None:
    TrialWorker({TASK: kept}).step()
    for path in kept.checkpoints.iterdir():
        path.write_bytes(b"")
    epochs, outcome = run(TrialWorker({TASK: kept}))
    assert [epoch.number for epoch in epochs] == [1]
    assert "trained again from the start: " in outcome.note


def test_a_checkpoint_of_another_training_is_left_alone(kept: TrialTask) -> None:
    TrialWorker({TASK: kept}).step()
    epochs, outcome = run(TrialWorker({TASK: replace(kept, key="other data")}))
    assert [epoch.number for epoch in epochs] == [1]
    assert outcome.interruptions == ()


def test_it_is_saved_no_more_often_than_was_asked_for(task: TrialTask) -> None:
    TrialWorker({TASK: task}).step()
    assert not task.checkpoints.exists()
