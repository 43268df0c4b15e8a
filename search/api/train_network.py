"""Trains an architecture for any number of epochs, fresh or from weights, here or on many machines; can be resumed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import torch
from torch import nn

from pipelines.loading.data import PreparedData
from pipelines.loading.memory import MEMORY_SHARE, cpu_share, memory_for_data
from pipelines.storage.manifest import Manifest, file_sha256
from pipelines.storage.remote import DataLocation, local
from pipelines.training.distillation import Teacher
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.training.own_metric import OwnMetric
from pipelines.training.recipe import METHOD, Recipe
from pipelines.training.worker_group import SINGLE_WORKER, UnequalSharesError, WorkerGroup
from pipelines.weights import save_weights
from pipelines.weights_file import weights_file
from search.artifacts.blueprint import Blueprint
from search.artifacts.formats.names import FormatName
from search.artifacts.network import WEIGHTS_NAME, ExportedNetwork, PretrainedSection, TeacherSection
from search.artifacts.open_data import data_location_of, open_data
from search.artifacts.teacher import id_of_teacher, load_teacher
from search.artifacts.trained import Hardware, trained_network, write_beside
from search.artifacts.training_checkpoint import TrainingCheckpoint
from search.errors import ArgumentError, TooFewImagesError
from search.ray_backend.cluster import check_nodes
from search.ray_backend.machines import Machines, train_together
from search.ray_backend.machines import WorkersLostError as WorkersLostError  # raised here, for callers to catch
from search.run.pretrained import check_fits, read_trained
from search.study.data_spec import DataSpec
from search.study.key import recipe_dict
from spaces import Candidate
from ulsam import Inheritance, MobileNet, build_model, inherit
from ulsam.trained_weights import notes_of


def check_shares(workers: int, recipe: Recipe) -> None:
    """Checks that workers can share each batch equally.

    Args:
        workers: the processes that share each batch, at least 1.
        recipe: gives the images of a batch.

    Raises:
        ArgumentError: the batch size is not a multiple of ``workers``.
    """
    try:
        WorkerGroup(0, workers).share_of(recipe.batch_size)
    except UnequalSharesError as error:
        remedy = "choose a divisor of the batch size"
        raise ArgumentError("workers", str(error), workers, remedy=remedy) from error


def train_network(
    network: Blueprint,
    out: Path,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    data: DataLocation | None = None,
    pretrained: Path | None = None,
    teacher: Path | None = None,
    resume: bool = False,
    formats: Sequence[FormatName] = (),
    own_metric: OwnMetric | None = None,
    machines: Machines | None = None,
    on_data: Callable[[Manifest], None] = lambda manifest: None,
    on_inherited: Callable[[Inheritance], None] = lambda inheritance: None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> ExportedNetwork:
    """Trains the architecture of ``network`` with its recipe for another number of epochs.

    Args:
        network, epochs, seed: to train; the epochs in all; the seed of weights, order and views.
        out: folder to write an exported network and checkpoints to; must not exist yet, unless ``resume``.
        device, machines: that trains and scores; workers of the connected Ray cluster that train instead; None: none.
        data: where the prepared data are now; None: where they were when an exported network was trained.
        pretrained, teacher: a file of weights to start from where they fit; an exported network to learn from.
        resume, formats, own_metric: from ``out``; for other programs; a function of the user's own to score by as well.
        on_data, on_inherited, on_epoch: called with the verified data, with what ``pretrained`` gave, with each epoch.

    Raises:
        UsageError, DataError, WeightsError: ``out`` exists, nothing is to be resumed, all checkpoints are damaged, a
            file can't be used, workers can't share a batch, or a format can't be written: checkpoints stay.
        DivergedError, WorkersLostError: the loss became NaN or infinite; ``machines`` failed too often.
    """
    recipe, location = replace(network.recipe, epochs=epochs), data_location_of(network, data)
    hardware = Hardware.here(device, 1 if machines is None else machines.workers)
    prepared = open_data(network, location, device, threads=hardware.threads, splits=("train", "val"))
    spec = DataSpec.of(location, prepared.manifest)
    if machines is not None:
        _check_machines(machines, recipe, prepared, spec, out)
    start = _Start.of(network.candidate, seed, pretrained, teacher, prepared.manifest)
    training_checkpoint = TrainingCheckpoint(out, _plan(network, recipe, seed, spec.data_id, start, hardware.workers))
    if _is_finished(training_checkpoint, resume=resume):
        return ExportedNetwork.load(out)
    on_data(prepared.manifest)
    if start.inheritance is not None:
        on_inherited(start.inheritance)
    there = replace(training_checkpoint, folder=out.resolve())  # for workers in other folders
    task = _Task(network, recipe, seed, location, spec.data_id, there, start.teacher, start.fresh, own_metric)
    training = task.training(start.model, prepared, device)
    _take_up(training, training_checkpoint)
    if machines is not None:
        _train_together(training, task, machines, on_epoch)
    _go_on(training, training_checkpoint, on_epoch)
    score, weights = training.score("val"), out / WEIGHTS_NAME
    save_weights(training.model.state_dict(), weights, notes_of(network.arch.convention))
    trained = trained_network(network, recipe, seed, spec, start.pretrained, start.taught_by, score, weights, hardware)
    write_beside(trained, start.model, out, formats)
    training_checkpoint.tidy()
    return trained


def _is_finished(training_checkpoint: TrainingCheckpoint, *, resume: bool) -> bool:
    """Makes the folder of a training, or checks that it can be resumed; returns whether the training is finished."""
    if not resume:
        training_checkpoint.begin()
        return False
    finished = training_checkpoint.check()
    if finished:
        training_checkpoint.tidy()  # a kill may have come before that
    return finished


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """The beginning of a training: a network, the file of weights that it inherits from, and its teacher, if any."""

    model: MobileNet
    pretrained: PretrainedSection | None
    inheritance: Inheritance | None
    taught_by: TeacherSection | None
    teacher: Teacher | None

    @property
    def fresh(self) -> frozenset[str] | None:
        """The names of the parameters and statistics without trained values; None: all are fresh."""
        return None if self.inheritance is None else self.inheritance.fresh_tensors

    @classmethod
    def of(
        cls, network: Candidate, seed: int, pretrained: Path | None, teacher: Path | None, manifest: Manifest
    ) -> Self:
        """Draws a network by ``seed`` and fills it from ``pretrained`` where that fits; ``manifest`` is of the data.

        Raises:
            UsageError: ``pretrained`` fits nowhere, or ``teacher`` does not suit these data.
            WeightsError: ``pretrained`` is missing or not a file of weights.
        """
        taught_by, asked = None, None
        if teacher is not None:
            exported, asked = load_teacher(teacher, manifest)
            taught_by = TeacherSection(folder=teacher.name, id=id_of_teacher(exported))
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = build_model(network.arch, network.input_size)
        if pretrained is None:
            return cls(model=model, pretrained=None, inheritance=None, taught_by=taught_by, teacher=asked)
        trained = read_trained(pretrained)
        check_fits(network.arch, trained, where=pretrained)
        file = PretrainedSection(file=pretrained.name, sha256=file_sha256(weights_file(pretrained)))
        inheritance = inherit(model, trained.tensors_for(network.arch))
        return cls(model=model, pretrained=file, inheritance=inheritance, taught_by=taught_by, teacher=asked)


def _plan(network: Blueprint, recipe: Recipe, seed: int, data_id: str, start: _Start, workers: int) -> dict[str, Any]:
    """Returns everything that the weights depend on, except for rounding, as JSON has it."""
    return {
        "method": METHOD,
        "arch_id": network.arch.arch_id,
        "data_id": data_id,
        "seed": seed,
        "recipe": recipe_dict(recipe, network.input_size),
        "pretrained": None if start.pretrained is None else start.pretrained.sha256,
        "workers": workers,  # whose norms see their own parts of a batch
    } | ({} if start.taught_by is None else {"teacher": start.taught_by.id})


def _train_together(training: Training, task: "_Task", machines: Machines, on_epoch: Callable[[Epoch], None]) -> None:
    """Makes ``machines`` train from where ``training`` is, and takes up their result.

    Raises:
        WorkersLostError: they failed too often.
    """
    training_checkpoint = task.training_checkpoint
    if training.finished:
        return
    if not training.epochs_done:  # all workers begin alike, also on machines without the pretrained file
        training_checkpoint.keep([], training.state())
    with training_checkpoint.watched(training.epochs_done, on_epoch):
        train_together(partial(_train_part, task), machines, notes=training_checkpoint.ray_notes)
    _take_up(training, training_checkpoint)
    if not training.finished:
        raise WorkersLostError(f"the workers ended after epoch {training.epochs_done} of {task.recipe.epochs}")


@dataclass(frozen=True, slots=True)
class _Task:
    """A training as each worker of a group gets it."""

    network: Blueprint
    recipe: Recipe
    seed: int
    data: DataLocation
    data_id: str
    training_checkpoint: TrainingCheckpoint
    teacher: Teacher | None
    fresh: Collection[str] | None
    own_metric: OwnMetric | None

    def training(
        self, model: nn.Module, data: PreparedData, device: torch.device, group: WorkerGroup = SINGLE_WORKER
    ) -> Training:
        """Returns the training of ``model``, by this process or, in a ``group``, by this worker."""
        return Training(
            model,
            data,
            self.recipe,
            self.network.input_size,
            seed=self.seed,
            device=device,
            group=group,
            teacher=self.teacher,
            fresh=self.fresh,
            own_metric=self.own_metric,
        )


def _train_part(task: _Task, group: WorkerGroup, device: torch.device) -> None:
    """Trains with the other workers from the last checkpoint to the end."""
    threads = torch.get_num_threads()
    part = 1.0 if device.type == "cuda" else cpu_share(threads)
    data = PreparedData(
        local(task.data, ("train", "val")),
        workers=threads,
        device=device,
        memory=memory_for_data(device, MEMORY_SHARE, of_device=part),
        group=group,
        data_id=task.data_id,
    )
    training = task.training(build_model(task.network.arch, task.network.input_size), data, device, group)
    _take_up(training, task.training_checkpoint)
    group.check_equal("the last checkpoint", training.epochs_done, device)
    _go_on(training, task.training_checkpoint, writes=group.is_leader)


def _take_up(training: Training, training_checkpoint: TrainingCheckpoint) -> None:
    if (state := training_checkpoint.last_state()) is not None:
        training.restore(state)


def _go_on(
    training: Training,
    training_checkpoint: TrainingCheckpoint,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    *,
    writes: bool = True,
) -> None:
    """Trains to the end; ``writes``: whether to keep checkpoints and the history."""
    history = training_checkpoint.history()[: training.epochs_done]
    while not training.finished:
        history.append(training.run_epoch())
        if writes:
            training_checkpoint.keep(history, training.state())
        on_epoch(history[-1])


def _check_machines(machines: Machines, recipe: Recipe, data: PreparedData, spec: DataSpec, out: Path) -> None:
    """Checks that ``machines`` can share each batch, and that all see the data and the folder of ``out``.

    Raises:
        TooFewImagesError: the training images do not fill one batch.
        UsageError: the machines can't share a batch, or one does not see the data or the folder.
    """
    check_shares(machines.workers, recipe)
    images = data.manifest.splits["train"].images
    if images < recipe.batch_size:
        raise TooFewImagesError(machines.workers, images=images, batch_size=recipe.batch_size)
    check_nodes(spec, out.resolve().parent)
