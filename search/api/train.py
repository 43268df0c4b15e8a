"""Trains an architecture, for longer than a search does."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch

from pipelines.errors import RangeError
from pipelines.measuring.processor import device_name
from pipelines.names import RecipeName
from pipelines.storage.manifest import Manifest
from pipelines.training.own_metric import OwnMetric
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values
from search.api.arguments import check_at_least
from search.api.data_location import read_data_location
from search.api.devices import chosen_device
from search.api.measuring import warn_if_busy
from search.api.recording import record_score
from search.api.train_network import check_shares, train_network
from search.api.training_beginning import begun_with, scored_by
from search.api.training_watcher import TrainedNetwork, TrainingStart, TrainingWatcher
from search.artifacts.blueprint import Blueprint, TargetSection
from search.artifacts.formats.names import DEFAULT_FORMATS, FormatName
from search.artifacts.network import ExportedNetwork, load_network
from search.artifacts.training_checkpoint import check_unbegun
from search.config.settings import HIGHEST_SEED
from search.config.training_section import HIGHEST_RATE
from search.errors import ArgumentError, CpusAloneError, NothingBegunError
from search.ray_backend.cluster import LOCAL, chosen_address, joined
from search.ray_backend.machines import Machines, check_fits_here, chosen_machines
from search.study.run_names import RUNS
from ulsam import Inheritance

_LONGER = 10  # times the epochs of a search


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainings:
    """All finished trainings.

    Attributes:
        networks: by seed.
        target: the accuracy that others report for such a training; None: the file has none.
    """

    networks: Mapping[int, TrainedNetwork]
    target: TargetSection | None


def train(
    arch: Path,
    out: Path,
    *,
    epochs: int | None = None,
    recipe: RecipeName | None = None,
    learning_rate: float | None = None,
    distill_weight: float | None = None,
    distill_temperature: float | None = None,
    seed: int = 0,
    seeds: int = 1,
    workers: int = 1,
    cpus: int | None = None,
    address: str | None = None,
    device: str | None = None,
    data: str | Path | None = None,
    pretrained: Path | None = None,
    teacher: Path | None = None,
    formats: Sequence[FormatName] = DEFAULT_FORMATS,
    resume: bool = False,
    allow_code: str | None = None,
    runs: Path = RUNS,
    watcher: TrainingWatcher | None = None,
) -> Trainings:
    """Trains an architecture from scratch or from ``pretrained`` weights; writes a checkpoint after each epoch.

    Args:
        arch, out: the file or folder of the network; new folder of the trained one, of several seeds ``out/seed-N``.
        recipe, learning_rate, distill_weight, distill_temperature: None: the file's; a recipe keeps the input size.
        epochs, seed, seeds: None: ten times the search's, or the recipe's; the first seed, and the number of seeds.
        workers, cpus, address, device: that share batches, CPU cores of each, a Ray cluster; ``cpu`` or ``cuda``.
        data, pretrained, teacher, formats, resume, allow_code: see :func:`.train_network` and :func:`.evaluate`.
        runs, watcher: the folder that may hold the run of the search, whose record gets the score; follows trainings.

    Raises:
        UsageError, DataError, WeightsError, DivergedError, OwnMetricError, WorkersLostError: see `train_network`.
    """
    check_at_least(1, epochs=epochs, seeds=seeds, workers=workers, cpus=cpus)
    folders = _folders(out, _seeds(seed, seeds), resume=resume)
    watcher = watcher or TrainingWatcher()
    network = _taught(_chosen(load_network(arch), recipe, learning_rate), teacher, distill_weight, distill_temperature)
    own_metric = scored_by(network, allow_code, watcher)
    network = begun_with(pretrained, teacher, network, runs, watcher)
    with _machines_to_train_on(workers, cpus, address, device, network.recipe, watcher) as (where, machines):
        one = partial(
            _train_one,
            network,
            epochs or _usual_epochs(network, recipe),
            where,
            machines,
            data=data,
            pretrained=pretrained,
            teacher=teacher,
            formats=formats,
            own_metric=own_metric,
            runs=runs,
            watcher=watcher,
        )
        trained = {each: one(each, folder, resume=resume) for each, folder in folders.items()}
    return Trainings(networks=trained, target=network.target)


def _seeds(first: int, count: int) -> range:
    # ``count`` seeds from the ``first``.
    check_at_least(0, seed=first)
    if first > HIGHEST_SEED:
        raise ArgumentError("seed", f"expected at most {HIGHEST_SEED}, got {first}")
    return range(first, first + count)


def _chosen(network: Blueprint, recipe: RecipeName | None, learning_rate: float | None) -> Blueprint:
    # ``network`` with the recipe and the rate that a caller chose.
    if recipe is not None:
        try:
            chosen = Recipe(**recipe_values(recipe))
            chosen.check_size(network.input_size)
        except ValueError as error:
            raise ArgumentError("recipe", str(error), got=recipe) from error
        network = network.model_copy(update={"recipe": chosen})
    if learning_rate is None:
        return network
    if learning_rate > HIGHEST_RATE:
        raise ArgumentError("learning_rate", f"expected at most {HIGHEST_RATE:g}, got {learning_rate:g}")
    try:
        faster = replace(network.recipe, learning_rate=learning_rate)
    except ValueError as error:
        raise ArgumentError("learning_rate", str(error)) from error
    return network.model_copy(update={"recipe": faster})


def _taught(network: Blueprint, teacher: Path | None, weight: float | None, temperature: float | None) -> Blueprint:
    # ``network`` with the weight and the temperature that a caller chose for learning from its ``teacher``.
    if weight is None and temperature is None:
        return network
    if teacher is None:
        given = "distill_temperature" if weight is None else "distill_weight"
        raise ArgumentError(given, "there is no teacher to learn from", remedy="name a teacher, or omit this option")
    if weight == 0:
        raise ArgumentError("distill_weight", "expected above 0", got=weight, remedy="or name no teacher")
    own = network.recipe
    try:
        recipe = replace(
            own,
            distill_weight=own.distill_weight if weight is None else weight,
            distill_temperature=own.distill_temperature if temperature is None else temperature,
        )
    except RangeError as error:
        raise ArgumentError(error.where, f"expected {error.expected}", got=error.got) from error
    return network.model_copy(update={"recipe": recipe})


def _usual_epochs(network: Blueprint, recipe: RecipeName | None) -> int:
    """Returns the recipe's epochs, or more for a network as a search trained it, for few epochs."""
    of_a_search = isinstance(network, ExportedNetwork) and network.origin.trial is not None
    return network.recipe.epochs * (_LONGER if recipe is None and of_a_search else 1)


def _folders(out: Path, seeds: range, *, resume: bool) -> dict[int, Path]:
    # The folder of each seed's training: new, or, with ``resume``, one that may have begun.
    folders = {one: out if len(seeds) == 1 else out / f"seed-{one}" for one in seeds}
    for folder in folders.values():
        if not (resume and folder.exists()):
            check_unbegun(folder)
    if resume and not any(folder.exists() for folder in folders.values()):
        raise NothingBegunError(out)
    return folders


@contextmanager
def _machines_to_train_on(
    workers: int,
    cpus: int | None,
    address: str | None,
    device: str | None,
    recipe: Recipe,
    watcher: TrainingWatcher,
) -> Iterator[tuple[torch.device, Machines | None]]:
    # The device of this process, and the machines where several workers or a cluster train; None: this process trains.
    if workers == 1 and address is None:
        if cpus is not None:
            raise CpusAloneError
        where = chosen_device(device)
        if torch.get_num_threads() > 1:
            warn_if_busy(where, watcher.warn, training=True)
        yield where, None
        return
    if device not in (None, "cpu", "cuda"):
        raise ArgumentError("device", f"expected cpu or cuda, got {device}")
    check_shares(workers, recipe)
    if chosen_address(address) == LOCAL:
        check_fits_here(workers, cpus, device)
    with joined(address) as found:
        machines = chosen_machines(workers, cpus, device, grows=found != LOCAL)
        yield torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"), machines


def _train_one(
    network: Blueprint,
    epochs: int,
    where: torch.device,
    machines: Machines | None,
    seed: int,
    out: Path,
    *,
    data: str | Path | None,
    pretrained: Path | None,
    teacher: Path | None,
    formats: Sequence[FormatName],
    own_metric: OwnMetric | None,
    resume: bool,
    runs: Path,
    watcher: TrainingWatcher,
) -> TrainedNetwork:
    """Trains with one seed into ``out``."""
    inherited: list[Inheritance] = []

    def begin(manifest: Manifest) -> None:
        watcher.begun(
            TrainingStart(
                out=out,
                seed=seed,
                arch=network.arch,
                recipe=replace(network.recipe, epochs=epochs),
                manifest=manifest,
                device=device_name(where),
                threads=torch.get_num_threads(),
                workers=None if machines is None else machines.workers,
            )
        )

    def take(inheritance: Inheritance) -> None:
        inherited.append(inheritance)
        watcher.inherited(network.arch, inheritance)

    with watcher.training(seed, epochs):
        trained = train_network(
            network,
            out,
            epochs=epochs,
            seed=seed,
            device=where,
            data=None if data is None else read_data_location(data),
            pretrained=pretrained,
            teacher=teacher,
            resume=resume and out.exists(),
            formats=formats,
            own_metric=own_metric,
            machines=machines,
            on_data=begin,
            on_inherited=take,
            on_epoch=lambda epoch: watcher.epoch(epoch, epochs),
        )
    recording = record_score(trained, out, runs)
    result = TrainedNetwork(out=out, network=trained, inherited=next(iter(inherited), None), recording=recording)
    watcher.trained(result)
    return result
