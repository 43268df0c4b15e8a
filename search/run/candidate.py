"""The Ray Tune trainable: a worker that trains one candidate after another and keeps its data warm."""

import platform
import time
from typing import Any

import ray
import torch
from ray import tune

from pipelines.data import PreparedData
from pipelines.errors import DataError
from pipelines.manifest import file_sha256
from pipelines.training import Epoch, Training
from pipelines.weights import save_weights
from search.record.result import TrialResult
from search.run.task import TrialTask
from ulsam import build_model

TASK, EPOCH, RESULT = "task", "epoch", "result"


class Candidate(tune.Trainable):  # type: ignore[misc]
    """Trains the network of ``config["task"]``, an epoch a step.

    Reports ``epoch``, an :class:`Epoch`, after each but the last and ``result``, a :class:`TrialResult`, at
    the end. A network that can't be trained ends with a failure as its result: an exception would cost the
    worker, and with it the imports and the opened data that the next trial needs.
    """

    _data: PreparedData | None = None
    _training: Training | None = None

    def setup(self, config: dict[str, Any]) -> None:
        self._begin(config[TASK])

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self._begin(new_config[TASK])
        return True

    def step(self) -> dict[str, Any]:
        try:
            training = self._training = self._training or self._build()
            epoch = training.run_epoch()
            self._epochs.append(epoch)
            if not training.finished:
                return {EPOCH: epoch}
            result = self._finish(training, epoch)
        except DataError:
            raise  # no fault of the network: it is tried again, elsewhere if need be
        except (RuntimeError, ValueError, ArithmeticError) as error:
            result = self._result(failure=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
        self._training = None  # frees the network's memory before the next trial
        return {RESULT: result, tune.result.DONE: True}

    def _begin(self, task: TrialTask) -> None:
        self._task = task
        self._training = None
        self._epochs: list[Epoch] = []
        self._started = time.monotonic()
        torch.set_num_threads(task.cpus)
        if task.gpu and not torch.cuda.is_available():
            raise RuntimeError(f"{platform.node()}: a GPU was asked for, but torch finds none here")
        self._device = torch.device("cuda" if task.gpu else "cpu")
        if self._data is None or self._data.folder != task.data:
            self._data = PreparedData(
                task.data, batch_size=task.recipe.batch_size, workers=task.cpus, device=self._device
            )

    def _build(self) -> Training:
        assert self._data is not None
        with torch.random.fork_rng():
            torch.manual_seed(self._task.seed)
            model = build_model(self._task.arch, self._task.recipe.input_size)
        return Training(model, self._data, self._task.recipe, seed=self._task.seed, device=self._device)

    def _finish(self, training: Training, last: Epoch) -> TrialResult:
        save_weights(training.model.state_dict(), self._task.weights)
        return self._result(accuracy=last.val_accuracy, weights_sha256=file_sha256(self._task.weights))

    def _result(self, **outcome: Any) -> TrialResult:
        return TrialResult(
            **outcome,
            epochs=tuple(self._epochs),
            seconds=time.monotonic() - self._started,
            host=platform.node(),
            node=ray.get_runtime_context().get_node_id() if ray.is_initialized() else "",
            device=torch.cuda.get_device_name() if self._device.type == "cuda" else "cpu",
        )
