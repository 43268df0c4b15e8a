"""Front-aware early stopping on real Ray: in plain Tune, and in a search."""

from pathlib import Path
from typing import Any

import pytest
from ray import tune

from pipelines.training.epoch import Epoch
from search import FrontScheduler
from search.analysis.front import complete
from search.ray_backend.run_search import run_search
from search.ray_backend.trial_worker import EPOCH, RESULT, RUNG, TASK
from search.study.trial import Status, TrialResult
from tests.search.factory import new_run, quality

EPOCHS = 4


pytestmark = pytest.mark.usefixtures("ray_here")


def training(config: dict[str, Any]) -> None:
    for epoch in range(1, EPOCHS + 1):
        tune.report({"accuracy": config["accuracy"] * epoch / EPOCHS})


def test_plain_tune_ends_what_networks_no_more_expensive_lead_and_nothing_else(tmp_path: Path) -> None:
    """One at a time: two good networks, a cheaper and a more expensive bad one, and one within the noise."""
    trials = [(0.8, 10), (0.9, 12), (0.2, 5), (0.2, 20), (0.78, 20)]
    scheduler = FrontScheduler(metric="accuracy", costs=lambda config: (config["flops"],), rungs=[1], noise=0.02)
    results = tune.Tuner(
        training,
        tune_config=tune.TuneConfig(
            scheduler=scheduler,
            search_alg=InOrder([{"accuracy": accuracy, "flops": flops} for accuracy, flops in trials]),
            num_samples=len(trials),
            max_concurrent_trials=1,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(storage_path=str(tmp_path), verbose=0),
    ).fit()
    epochs = {result.config["accuracy"] * 100 + result.config["flops"]: result.metrics for result in results}
    lengths = [epochs[accuracy * 100 + flops]["training_iteration"] for accuracy, flops in trials]
    assert lengths == [4, 4, 4, 1, 4]
    (stop,) = scheduler.stopped.values()
    assert stop.rung == 1
    assert [rival.number for rival in stop.rivals] == [1, 0]
    assert [rival.lead for rival in stop.rivals] == pytest.approx([0.175, 0.15])


def crashing(config: dict[str, Any]) -> None:
    for epoch in range(1, EPOCHS + 1):
        if epoch > config["lives"]:
            raise RuntimeError("CUDA error")
        tune.report({"accuracy": config["accuracy"] * epoch / EPOCHS})


def test_plain_tune_forgets_what_crashed_trials_scored(tmp_path: Path) -> None:
    """Two that crash after the rung would stop the third; two that end there by Tune's own rule stop the last."""
    trials = [(0.8, 1), (0.83, 1), (0.2, EPOCHS), (0.85, EPOCHS), (0.95, EPOCHS), (0.2, EPOCHS)]
    scheduler = FrontScheduler(metric="accuracy", costs=lambda config: (10,), rungs=[1], noise=0.01)
    tune.Tuner(
        crashing,
        tune_config=tune.TuneConfig(
            scheduler=scheduler,
            search_alg=InOrder([{"accuracy": accuracy, "lives": lives} for accuracy, lives in trials]),
            num_samples=len(trials),
            max_concurrent_trials=1,
            reuse_actors=True,
        ),
        run_config=tune.RunConfig(
            storage_path=str(tmp_path),
            verbose=0,
            stop=lambda _, result: bool(result["accuracy"] > 0.21),  # the fourth and the fifth, at the rung
        ),
    ).fit()
    (stop,) = scheduler.stopped.values()
    assert [rival.number for rival in stop.rivals] == [4, 3]


class InOrder(tune.search.Searcher):  # type: ignore[misc]
    """Suggests given configurations, one after the other."""

    def __init__(self, configs: list[dict[str, Any]]) -> None:
        super().__init__()
        self._configs = list(configs)

    def suggest(self, trial_id: str) -> dict[str, Any] | str:
        return self._configs.pop(0) if self._configs else str(tune.search.Searcher.FINISHED)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None: ...

    def save(self, checkpoint_path: str) -> None: ...

    def restore(self, checkpoint_path: str) -> None: ...


class Worker(tune.Trainable):  # type: ignore[misc]
    """Trains nothing; scores as ``quality`` says, the same at the only rung."""

    def setup(self, config: dict[str, Any]) -> None:
        self.reset_config(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self._task = new_config[TASK]
        self._epochs: list[Epoch] = []
        return True

    def step(self) -> dict[str, Any]:
        accuracy = quality(self._task.candidate.arch)
        number = len(self._epochs) + 1
        epoch = Epoch(number=number, train_loss=1.0, val={"loss": 1.0, "accuracy": accuracy}, seconds=0.1)
        self._epochs.append(epoch)
        rungs = {1: accuracy} if self._task.rungs else {}
        if number in self._task.rungs:
            return {EPOCH: epoch, RUNG: TrialResult(value=accuracy, epochs=(epoch,), rungs=rungs)}
        if number < EPOCHS:
            return {EPOCH: epoch}
        self._task.weights.parent.mkdir(exist_ok=True)
        self._task.weights.write_bytes(b"weights")
        result = TrialResult(value=accuracy, epochs=tuple(self._epochs), rungs=rungs, weights_sha256="0" * 64)
        return {RESULT: result, tune.result.DONE: True}


def test_a_search_stops_what_the_front_will_not_miss_and_goes_on_from_its_record(tmp_path: Path) -> None:
    search = {"rungs": [1], "confirm": 0, "concurrent": 1, "sampler": "random", "seed": 10}
    folder, record = new_run(tmp_path, search=search, training={"epochs": EPOCHS})
    driver = run_search(folder, record, trials=25, trainable=Worker)
    assert driver.finished
    trials = folder.open_record().trials()
    assert trials == record.trials()
    stopped = [trial for trial in trials if trial.status is Status.STOPPED]
    assert stopped, "no trial was stopped"
    assert {trial.status for trial in trials} == {Status.STOPPED, Status.COMPLETE}
    by_number = {trial.number: trial for trial in trials}
    for trial in stopped:
        assert trial.result is not None
        assert trial.result.stopped is not None
        assert len(trial.result.epochs) == 1
        for rival in trial.result.stopped.rivals:
            other = by_number[rival.number]
            assert other.costs["params"] <= trial.costs["params"]
            assert other.costs["flops"] <= trial.costs["flops"]
            assert rival.lead == pytest.approx(quality(other.arch) - quality(trial.arch))
            assert rival.lead > 0.02
    assert not {trial.number for trial in stopped} & {trial.number for trial in complete(trials)}
    # Nothing that was stopped would have been on the front.
    for trial in stopped:
        assert any(
            other.costs["params"] <= trial.costs["params"]
            and other.costs["flops"] <= trial.costs["flops"]
            and other.value > quality(trial.arch)
            for other in complete(trials)
        )
    more = run_search(folder, folder.open_record(), trials=27, trainable=Worker)
    assert len(more.ended) == 27
