"""Trains an architecture for as long as one likes, fresh or from weights; can be interrupted and resumed."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import nn

from pipelines.files import whole_file, whole_folder
from pipelines.storage.manifest import file_sha256
from pipelines.training.checkpoint import DamagedCheckpointsError, last_checkpoint, save_checkpoint
from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training
from pipelines.weights import read_pretrained, save_weights
from search.errors import UsageError
from search.export.blueprint import Blueprint
from search.export.data import open_data
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
from search.record.facts import DataFacts
from ulsam import Inheritance, build_model, count_cost, inherit

Plan = dict[str, Any]

_CHECKPOINTS_NAME, _EPOCHS_NAME = "checkpoints", "epochs.json"


def train_network(
    network: Blueprint,
    out: Path,
    *,
    epochs: int,
    seed: int,
    device: torch.device,
    data: Path | None = None,
    pretrained: Path | None = None,
    resume: bool = False,
    portable: bool = False,
    on_inherited: Callable[[Inheritance], None] = lambda inheritance: None,
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> ExportedNetwork:
    """Trains the architecture of ``network`` with its recipe at another length.

    Args:
        network: as exported, or a file by hand.
        out: a new folder, for what :func:`search.export.write.write_network` writes and a checkpoint an epoch.
        epochs, seed, device: of this training.
        data: where the data are now; None: where an exported network's were.
        pretrained: a file of weights to start from where they fit; None: start fresh.
        resume: go on from the last checkpoint in ``out``, which was begun with the same arguments.
        portable: write ``model.onnx`` and ``model.pt2`` as well.
        on_inherited: told what was taken over from ``pretrained``.
        on_epoch: told of each epoch.

    Raises:
        UsageError: ``out`` exists, there is nothing to resume, all its checkpoints are damaged, ``pretrained`` fits
            nowhere, or ``model.onnx`` can't be written: the checkpoints stay.
        WeightsError: ``pretrained`` is missing or not a file of weights.
    """
    recipe = replace(network.recipe, epochs=epochs)
    threads = torch.get_num_threads()
    prepared = open_data(network, data, device, threads=threads, splits=("train", "val"))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_model(network.arch, recipe.input_size)
    inheritance = None if pretrained is None else _inherit(model, pretrained)
    start = None if pretrained is None else PretrainedSection(file=pretrained.name, sha256=file_sha256(pretrained))
    plan = {
        "arch_id": network.arch.arch_id,
        "data_id": prepared.manifest.data_id,
        "seed": seed,
        "recipe": asdict(recipe),
        "pretrained": None if start is None else start.sha256,
    }
    history = _resumed(out, plan) if resume else _begun(out, plan)
    if inheritance is not None:
        on_inherited(inheritance)
    training = Training(model, prepared, recipe, seed=seed, device=device)
    if resume:
        _take_up(training, out / _CHECKPOINTS_NAME)
    history = history[: training.epochs_done]
    while not training.finished:
        epoch = training.run_epoch()
        history.append(epoch)
        # The checkpoint decides how far the training is: it is written last.
        _note(out, plan, history)
        save_checkpoint(out / _CHECKPOINTS_NAME, training.state(), {})
        on_epoch(epoch)

    final = training.score("val")
    weights = out / WEIGHTS_NAME
    save_weights(training.model.state_dict(), weights)
    cost = count_cost(network.arch, recipe.input_size)
    trained = ExportedNetwork(
        arch=network.arch,
        recipe=recipe,
        target=network.target,
        data=DataFacts.of(prepared.folder, prepared.manifest),
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
        ),
        origin=OriginSection(run=_origin(network), version=version("ulsam-search"), pretrained=start),
    )
    if portable:
        try:
            write_portable(trained, training.model, out)
        except UsageError as error:
            raise UsageError(f"{error}; with --resume --no-portable nothing is trained again") from None
    (out / README_NAME).write_text(readme(trained, out, portable=portable), encoding="utf-8")
    trained.save(out / ARCH_NAME)
    shutil.rmtree(out / _CHECKPOINTS_NAME)
    return trained


def _take_up(training: Training, checkpoints: Path) -> None:
    try:
        saved = last_checkpoint(checkpoints)
    except DamagedCheckpointsError as error:
        raise UsageError(f"{error}; remove that folder to train anew from the start") from None
    if saved is not None:
        training.restore(saved.state)


def _inherit(model: nn.Module, pretrained: Path) -> Inheritance:
    inheritance = inherit(model, read_pretrained(pretrained))
    if not inheritance.inherited:
        raise UsageError(f"{pretrained}: none of its weights has the name and shape of one of the network's")
    return inheritance


def _origin(network: Blueprint) -> str:
    found = f", from {network.origin.run}" if isinstance(network, ExportedNetwork) else ""
    return f"ulsam-search train{found}"


def _begun(out: Path, plan: Plan) -> list[Epoch]:
    if out.exists():
        unfinished = (out / _EPOCHS_NAME).is_file() and not (out / ARCH_NAME).exists()
        remedy = "go on with --resume, or choose another --out" if unfinished else "choose another --out or remove it"
        raise UsageError(f"{out}: exists already; {remedy}")
    with whole_folder(out) as partial:
        _note(partial, plan, [])
    return []


def _resumed(out: Path, plan: Plan) -> list[Epoch]:
    if (out / ARCH_NAME).exists() or not (out / _EPOCHS_NAME).is_file():
        raise UsageError(f"{out}: no unfinished training there; start it without --resume")
    begun = json.loads((out / _EPOCHS_NAME).read_text())
    for key, value in plan.items():
        if begun["plan"].get(key) != value:
            raise UsageError(f"{out}: was begun with {key} {begun['plan'].get(key)}, and is to go on with {value}")
    return [Epoch(**epoch) for epoch in begun["epochs"]]


def _note(out: Path, plan: Plan, history: list[Epoch]) -> None:
    with whole_file(out / _EPOCHS_NAME) as partial:
        partial.write_text(json.dumps({"plan": plan, "epochs": [asdict(epoch) for epoch in history]}))
