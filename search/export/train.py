"""Trains an architecture for as long as one likes, fresh or from weights, here or on many machines; can be resumed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import torch
from torch import nn

from pipelines.loading.data import PreparedData
from pipelines.loading.memory import MEMORY_SHARE, cpu_share, memory_for_data
from pipelines.storage.manifest import Manifest, file_sha256
from pipelines.storage.remote import Place, local
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.training.recipe import METHOD, Recipe
from pipelines.training.worker_group import WorkerGroup
from pipelines.weights import read_pretrained, save_weights
from search.errors import UsageError
from search.export.blueprint import Blueprint, SearchSection
from search.export.data import open_data, place_of
from search.export.network import (
    ARCH_NAME,
    README_NAME,
    WEIGHTS_NAME,
    ExportedNetwork,
    MeasuredSection,
    OriginSection,
    PretrainedSection,
)
from search.export.portable import write_portable
from search.export.readme import readme
from search.export.unfinished import Unfinished
from search.record.facts import DataFacts
from search.run.cluster import check_nodes
from search.run.machines import LostError, Machines, train_together
from ulsam import Inheritance, build_model, count_cost, inherit


def train_network(
    network: Blueprint,
    out: Path,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    data: Place | None = None,
    pretrained: Path | None = None,
    resume: bool = False,
    portable: bool = False,
    machines: Machines | None = None,
    on_data: Callable[[Manifest], None] = lambda manifest: None,
    on_inherited: Callable[[Inheritance], None] = lambda inheritance: None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> ExportedNetwork:
    """Trains the architecture of ``network`` with its recipe at another length.

    Args:
        network: as exported, or a file by hand.
        out: a new folder, for what :func:`search.export.write.write_network` writes and a checkpoint an epoch.
        epochs, seed: of this training.
        device: that it is trained and scored on; with ``machines``, only scored.
        data: where the data are now; None: where an exported network's were.
        pretrained: a file of weights to start from where they fit; None: start fresh.
        resume: go on from the last checkpoint in ``out``, which was begun with the same arguments; of a training
            that is finished, nothing is made again.
        portable: write ``model.onnx`` and ``model.pt2`` as well.
        machines: the workers of the connected Ray cluster that train it together; None: this process does.
        on_data: told of the data, once they are verified.
        on_inherited: told what was taken over from ``pretrained``.
        on_epoch: told of each epoch.

    Raises:
        UsageError: ``out`` exists, there is nothing to resume, all its checkpoints are damaged, ``pretrained`` fits
            nowhere, the workers can't share a batch, or ``model.onnx`` can't be written: the checkpoints stay.
        WeightsError: ``pretrained`` is missing or not a file of weights.
        DivergedError: the loss became NaN or infinite.
        LostError: ``machines`` failed too often.
    """
    recipe = replace(network.recipe, epochs=epochs)
    threads, place = torch.get_num_threads(), place_of(network, data)
    prepared = open_data(network, place, device, threads=threads, splits=("train", "val"))
    facts = DataFacts.of(place, prepared.manifest)
    if machines is not None:
        _check_shares(recipe, prepared, machines)
    start = None if pretrained is None else PretrainedSection(file=pretrained.name, sha256=file_sha256(pretrained))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_model(network.arch, recipe.input_size)
    inheritance = None if pretrained is None else _inherit(model, pretrained)
    workers = 1 if machines is None else machines.workers
    plan = {
        "method": METHOD,
        "arch_id": network.arch.arch_id,
        "data_id": prepared.manifest.data_id,
        "seed": seed,
        "recipe": asdict(recipe),
        "pretrained": None if start is None else start.sha256,
        "workers": workers,  # whose norms see their own parts of a batch
    }
    if machines is not None:
        check_nodes(facts, out.resolve().parent)
    unfinished = Unfinished(out, plan)
    if not resume:
        unfinished.begin()
    elif unfinished.check():
        unfinished.tidy()  # a kill may have come before that
        return ExportedNetwork.load(out)
    on_data(prepared.manifest)
    if inheritance is not None:
        on_inherited(inheritance)
    training = Training(model, prepared, recipe, seed=seed, device=device)
    _take_up(training, unfinished)
    if machines is not None and not training.finished:
        if not training.epochs_done:  # all workers begin alike, also on machines without the pretrained file
            unfinished.keep([], training.state())
        there = replace(unfinished, folder=out.resolve())
        with unfinished.watched(training.epochs_done, on_epoch):
            task = _Task(network, recipe, seed, place, facts.data_id, there)
            train_together(partial(_train_part, task), machines, notes=there.ray_notes)
        _take_up(training, unfinished)
        if not training.finished:
            raise LostError(f"the workers ended after epoch {training.epochs_done} of {epochs}")
    _go_on(training, unfinished, on_epoch)

    final = training.score("val")
    weights = out / WEIGHTS_NAME
    save_weights(training.model.state_dict(), weights)
    cost = count_cost(network.arch, recipe.input_size)
    trained = ExportedNetwork(
        arch=network.arch,
        recipe=recipe,
        target=network.target,
        data=facts,
        measured=MeasuredSection(
            accuracy=final.accuracy,
            correct=final.correct,
            images=final.images,
            params=cost.params,
            flops=cost.flops,
            weights_sha256=file_sha256(weights),
            device=torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
            threads=threads,
            epochs=epochs,
            seed=seed,
            workers=workers,
            method=METHOD,
        ),
        origin=OriginSection(
            run=_origin(network), version=version("ulsam-search"), pretrained=start, search=_search_of(network)
        ),
    )
    if portable:
        try:
            write_portable(trained, training.model, out)
        except UsageError as error:
            raise UsageError(f"{error}; with --resume --no-portable nothing is trained again") from None
    (out / README_NAME).write_text(readme(trained, out, portable=portable), encoding="utf-8")
    trained.save(out / ARCH_NAME)
    unfinished.tidy()
    return trained


@dataclass(frozen=True, slots=True)
class _Task:
    """A training as each worker of a group gets it."""

    network: Blueprint
    recipe: Recipe
    seed: int
    data: Place
    data_id: str
    unfinished: Unfinished


def _train_part(task: _Task, group: WorkerGroup, device: torch.device) -> None:
    """What one worker does: trains with the others from the last checkpoint to the end."""
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
    model = build_model(task.network.arch, task.recipe.input_size)
    training = Training(model, data, task.recipe, seed=task.seed, device=device, group=group)
    _take_up(training, task.unfinished)
    group.check_equal("the last checkpoint", training.epochs_done, device)
    _go_on(training, task.unfinished, writes=group.is_leader)


def _take_up(training: Training, unfinished: Unfinished) -> None:
    if (state := unfinished.last_state()) is not None:
        training.restore(state)


def _go_on(
    training: Training,
    unfinished: Unfinished,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
    *,
    writes: bool = True,
) -> None:
    """Trains to the end; ``writes``: keeps checkpoints and the history."""
    history = unfinished.history()[: training.epochs_done]
    while not training.finished:
        history.append(training.run_epoch())
        if writes:
            unfinished.keep(history, training.state())
        on_epoch(history[-1])


def _inherit(model: nn.Module, pretrained: Path) -> Inheritance:
    inheritance = inherit(model, read_pretrained(pretrained))
    if not inheritance.inherited:
        raise UsageError(f"{pretrained}: none of its weights has the name and shape of one of the network's")
    return inheritance


def _check_shares(recipe: Recipe, data: PreparedData, machines: Machines) -> None:
    images, group = data.manifest.splits["train"].images, WorkerGroup(0, machines.workers)
    try:
        group.share_of(recipe.batch_size)
    except ValueError as error:
        raise UsageError(f"--workers {machines.workers}: {error}; choose a divisor of the batch size") from None
    if images < recipe.batch_size:
        raise UsageError(
            f"--workers {machines.workers}: the {images} training images are no whole batch of {recipe.batch_size}; "
            "leave --workers out"
        )


def _origin(network: Blueprint) -> str:
    found = f", from {network.origin.run}" if isinstance(network, ExportedNetwork) else ""
    return f"ulsam-search train{found}"


def _search_of(network: Blueprint) -> SearchSection | None:
    return network.origin.search if isinstance(network, ExportedNetwork) else network.search
