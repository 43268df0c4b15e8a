"""The Ray Tune trainable: a worker that trains one candidate after another and keeps its data warm."""

import platform
import time
from typing import Any

import ray
import torch
from ray import tune
from torch import Tensor

from pipelines.errors import DataError, first_line
from pipelines.loading.data import PreparedData
from pipelines.loading.memory import cpu_share, memory_for_data
from pipelines.measuring.processor import device_name
from pipelines.storage.manifest import file_sha256
from pipelines.storage.remote import DataLocation, local
from pipelines.training.checkpoint import DamagedCheckpointsError, last_checkpoint, save_checkpoint
from pipelines.training.distillation import Teacher
from pipelines.training.divergence import DivergedError
from pipelines.training.epoch import Epoch
from pipelines.training.host_memory import return_freed_memory
from pipelines.training.loop import Training
from pipelines.training.micro_batches import out_of_memory
from pipelines.training.score import Score
from pipelines.weights import read_weights, save_weights
from search.run.task import TrialTask
from search.study.trial import TrialResult
from ulsam import build_model, inherit
from ulsam.cutting import cut_for
from ulsam.trained_weights import notes_of

TASK, EPOCH, RUNG, RESULT = "task", "epoch", "rung", "result"
OUT_OF_MEMORY = "out_of_memory"


class RunNotSharedError(DataError):
    """A node does not see the run's folder; weights that it kept for itself would be missed at the export."""


class TrialWorker(tune.Trainable):  # type: ignore[misc]
    """Trains the network of ``config["task"]``, an epoch a step.

    Reports ``epoch``, an :class:`Epoch`, after each but the last and ``result``, a :class:`TrialResult`, at the end; at
    a rung ``rung`` as well, the result if the training were annealed and ended there. A network that can't be trained
    ends with a failure as its result: an exception would cost the worker, and with it the imports and the opened data
    that the next trial needs. Where the failure is a lack of memory, which may be the machine's, the report has
    ``out_of_memory``. Anything else that goes wrong, or goes wrong before the network is built, is no fault of the
    network, and raised: the worker is replaced, and the trial goes on from its last checkpoint.
    """

    _data: PreparedData | None = None
    _location: DataLocation | None = None  # where the data came from
    _training: Training | None = None

    def setup(self, config: dict[str, Any]) -> None:
        self._take(config[TASK])

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        self._take(new_config[TASK])
        return True

    def step(self) -> dict[str, Any]:
        report = self._advance()
        if RESULT in report:
            self._training = None
            if self._device.type == "cuda":
                torch.cuda.empty_cache()  # for whoever shares the GPU
            return_freed_memory()
        return report

    def _advance(self) -> dict[str, Any]:
        begun = self._training is not None
        given = None if begun else self._prepare()
        try:
            training = self._training = self._training or self._build(*(given or (None, None)))
            # A training that was taken up begins with what was kept last: whoever waits for that may not have heard.
            if begun or not self._epochs:
                self._epochs.append(training.run_epoch())
                if training.epochs_done in self._task.rungs and not training.finished:
                    self._note_rung(training.epochs_done, training.annealed_score())
                self._keep(training)
            if not training.finished:
                return self._report()
            return {RESULT: self._finish(training), tune.result.DONE: True}
        except RuntimeError as error:
            no_memory = out_of_memory(error)
            if not (no_memory or isinstance(error, DivergedError)):
                raise
            result = self._result(failure=f"{type(error).__name__}: {first_line(error)}")
        return {RESULT: result, OUT_OF_MEMORY: no_memory, tune.result.DONE: True}

    def _take(self, task: TrialTask) -> None:
        # All that can fail waits for the first step: what a step raises reaches the driver whole.
        self._task = task
        self._training = None
        self._epochs: list[Epoch] = []
        self._rungs: dict[int, float] = {}
        self._rung_errors: dict[int, float] = {}
        self._interruptions: list[str] = []
        self._started = self._kept = time.monotonic()

    def _prepare(self) -> tuple[dict[str, Tensor] | None, Teacher | None]:
        """Does all that comes before the network; returns the weights that it starts from, and its teacher.

        Raises:
            RunNotSharedError: this node does not see the run's folder.
        """
        task = self._task
        run = task.weights.parent.parent
        if not run.is_dir():
            raise RunNotSharedError(
                "not there",
                where=f"node {platform.node()}: {run}",
                remedy="put runs in a folder that all nodes share",
            )
        torch.set_num_threads(task.cpus)
        self._device = _device(task.gpus)
        # What is open already needs no object store that answers.
        if self._data is None or self._location != task.data or not self._data.serves(task.data_id, task.fold):
            folder = local(task.data, ("train", "val"))
            part = task.gpus or cpu_share(task.cpus)
            memory = memory_for_data(self._device, task.memory, of_device=part)
            self._data = PreparedData(
                folder,
                workers=task.cpus,
                device=self._device,
                reader=task.reader,
                memory=memory,
                data_id=task.data_id,
                fold=task.fold,
            )
            self._location = task.data
            self._data.open()
        self._data = self._data.leaving_out(task.fold)
        inherited = None if task.pretrained is None else read_weights(task.pretrained)
        teacher = None
        if task.teacher is not None:
            from search.artifacts.teacher import load_copy  # knows all that is exported: most workers do without

            teacher = load_copy(task.teacher)
        task.begin()
        return inherited, teacher

    def _build(self, inherited: dict[str, Tensor] | None, teacher: Teacher | None) -> Training:
        task = self._task
        assert self._data is not None, "the data are opened before the network is built"
        with torch.random.fork_rng():
            torch.manual_seed(task.seed)
            model = build_model(task.candidate.arch, task.candidate.input_size)
        fresh = None
        if inherited is not None:
            fresh = inherit(model, cut_for(task.candidate.arch, inherited, task.cut_from)).fresh_tensors
        training = Training(
            model,
            self._data,
            task.recipe,
            task.candidate.input_size,
            seed=task.seed,
            device=self._device,
            compiling=task.compiling,
            teacher=teacher,
            fresh=fresh,
            own_metric=task.own_metric,
        )
        self._take_up(training)
        return training

    def _take_up(self, training: Training) -> None:
        """Goes on from the last checkpoint of an earlier worker at this task, if there is one."""
        try:
            saved = last_checkpoint(self._task.checkpoints)
        except DamagedCheckpointsError as error:
            self._interruptions.append(f"trained again from the start: {error}")
            return
        if saved is None or saved.notes["key"] != self._task.key:
            return
        training.restore(saved.state)
        self._epochs = [Epoch.from_dict(epoch) for epoch in saved.notes["epochs"]]
        self._rungs = {int(rung): score for rung, score in saved.notes["rungs"].items()}
        self._rung_errors = {int(rung): error for rung, error in saved.notes.get("rung_errors", {}).items()}
        self._started -= saved.notes["seconds"]
        passed_over = f", since what is later is damaged: {', '.join(saved.damaged)}" if saved.damaged else ""
        self._interruptions = [
            *saved.notes["interruptions"],
            f"interrupted, went on after epoch {training.epochs_done} on {platform.node()}{passed_over}",
        ]

    def _note_rung(self, epochs: int, score: Score) -> None:
        metric = self._task.metric
        self._rungs[epochs] = score.values[metric]
        if metric in score.standard_errors:
            self._rung_errors[epochs] = score.standard_errors[metric]

    def _keep(self, training: Training) -> None:
        """Saves the training, at most once in ``checkpoint_seconds``."""
        if time.monotonic() - self._kept < self._task.checkpoint_seconds:
            return
        notes = {
            "key": self._task.key,
            "epochs": [epoch.to_dict() for epoch in self._epochs],
            "rungs": self._rungs,
            "rung_errors": self._rung_errors,
            "interruptions": self._interruptions,
            "seconds": time.monotonic() - self._started,
        }
        save_checkpoint(self._task.checkpoints, training.state(), notes)
        self._kept = time.monotonic()

    def _report(self) -> dict[str, Any]:
        """Returns the report of the last epoch."""
        last = self._epochs[-1]
        score = self._rungs.get(last.number)
        return {EPOCH: last} | ({} if score is None else {RUNG: self._result(value=score)})

    def _finish(self, training: Training) -> TrialResult:
        convention = self._task.candidate.arch.convention
        save_weights(training.model.state_dict(), self._task.weights, notes_of(convention))
        last, metric = self._epochs[-1], self._task.metric
        return self._result(
            value=last.val[metric],
            standard_error=last.standard_errors.get(metric),
            weights_sha256=file_sha256(self._task.weights),
        )

    def _result(self, **outcome: Any) -> TrialResult:
        return TrialResult(
            **outcome,
            epochs=tuple(self._epochs),
            rungs=dict(self._rungs),
            rung_errors=dict(self._rung_errors),
            interruptions=tuple(self._interruptions),
            seconds=time.monotonic() - self._started,
            host=platform.node(),
            node=ray.get_runtime_context().get_node_id() if ray.is_initialized() else "",
            device=device_name(self._device),
        )


def _device(gpus: float) -> torch.device:
    """Returns the CPU, or this worker's GPU, of which it takes no more memory than its share.

    Raises:
        RuntimeError: a GPU is asked for, and torch finds none.
    """
    if not gpus:
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise RuntimeError(f"{platform.node()}: a trial needs a GPU, but torch finds none")
    if gpus < 1:
        torch.cuda.set_per_process_memory_fraction(gpus)
    return torch.device("cuda")
