"""``ulsam-search train``: train an architecture, for longer than a search does."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipelines.names import RecipeName
from search.cli.console import (
    INTERRUPTED,
    RUNS,
    STOPPED,
    DataFolder,
    Device,
    Json,
    Portable,
    Runs,
    aside,
    chosen_device,
    device_name,
    inherited_figures,
    join_run,
    print_json,
    read_place,
    say,
    say_if_busy,
    say_inherited,
)
from search.command import command


def train(
    arch: Annotated[
        Path, typer.Argument(metavar="ARCH.YAML", help="What export or reference wrote, such as best/arch.yaml.")
    ],
    out: Annotated[Path, typer.Option(help="New folder for the trained network.")],
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="Passes over the training images. (default: 10 times the search's, or the recipe's)"),
    ] = None,
    recipe: Annotated[
        RecipeName | None, typer.Option(help="A recipe by name instead of the file's; it keeps the input size.")
    ] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help="The highest; trained weights want a low one. (default: the recipe's)")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of weights, data order and views.")] = 0,
    seeds: Annotated[
        int, typer.Option(min=1, help="Train it so often, with SEED and the seeds after it, into OUT/seed-N.")
    ] = 1,
    workers: Annotated[
        int,
        typer.Option(min=1, help="Workers that train it together, a part of each batch each; on GPUs one GPU each."),
    ] = 1,
    cpus: Annotated[int | None, typer.Option(min=1, help="CPU cores of each worker. (default: all are shared)")] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Ray cluster that has the workers: auto or HOST:6379. (default: RAY_ADDRESS, or this machine)"
        ),
    ] = None,
    device: Device = None,
    data: DataFolder = None,
    pretrained: Annotated[
        Path | None,
        typer.Option(help="Weights to start from where they fit: torchvision's .pth, another network's .safetensors."),
    ] = None,
    portable: Portable = True,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted training in OUT.")] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Train an architecture, for longer than a search does, from scratch or from --pretrained weights.

    OUT gets the same files as export writes. A checkpoint is kept after each epoch: after Ctrl-C or a crash,
    the same command with --resume goes on, to the same weights. With --workers, or --address, Ray Train runs it; OUT
    and the data belong on a folder that all machines share. With --json, epochs are told on standard error.
    """
    from contextlib import ExitStack
    from statistics import mean, stdev

    import torch
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from pipelines.storage.manifest import Manifest
    from pipelines.training.divergence import DivergedError
    from pipelines.training.epoch import Epoch
    from pipelines.training.recipe import Recipe
    from pipelines.training.recipes import recipe_values
    from search.errors import UsageError
    from search.export.figures import figures
    from search.export.interval import accuracy_interval
    from search.export.network import ExportedNetwork, load_network
    from search.export.train import train_network
    from search.export.unfinished import check_unbegun
    from search.run.cluster import LOCAL, joined
    from search.run.machines import LostError, Machines, chosen_machines
    from search.settings import HIGHEST_RATE, HIGHEST_SEED
    from search.views.words import counted
    from ulsam import Inheritance

    if seed > HIGHEST_SEED:
        raise UsageError(f"--seed: expected at most {HIGHEST_SEED}, got {seed}")
    network = load_network(arch)
    if recipe is not None:
        try:
            chosen = Recipe(**recipe_values(recipe), input_size=network.recipe.input_size)
        except ValueError as error:
            raise UsageError(f"--recipe {recipe}: {error}") from None
        network = network.model_copy(update={"recipe": chosen})
    if learning_rate is not None:
        if learning_rate > HIGHEST_RATE:
            raise UsageError(f"--learning-rate: expected at most {HIGHEST_RATE:g}, got {learning_rate:g}")
        try:
            faster = replace(network.recipe, learning_rate=learning_rate)
        except ValueError as error:
            raise UsageError(f"--learning-rate: {error}") from None
        network = network.model_copy(update={"recipe": faster})
    began = network.origin.pretrained if isinstance(network, ExportedNetwork) else None
    of_a_search = recipe is None and isinstance(network, ExportedNetwork) and network.origin.trial is not None
    total = epochs or network.recipe.epochs * (10 if of_a_search else 1)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    beside = aside(as_json)
    inherited: dict[int, Inheritance] = {}  # by seed

    def train_one(seed: int, out: Path, where: torch.device, machines: Machines | None) -> ExportedNetwork:
        with Progress(*columns, console=beside, transient=True) as progress:
            task = progress.add_task(f"training, seed {seed}", total=total)

            def begin(manifest: Manifest) -> None:
                images = manifest.splits["train"].images
                batch, rate = network.recipe.batch_size, network.recipe.learning_rate
                by = f"{workers} workers" if machines is not None else counted(torch.get_num_threads(), "CPU thread")
                say(
                    f"{out}: {network.arch.arch_id} on {manifest.name}, {counted(total, 'epoch')} of {images:,} images "
                    f"in batches of {batch}, learning rate {rate:g}; {device_name(where)}, {by}",
                    beside,
                )

            def show(epoch: Epoch) -> None:
                text = f"epoch {epoch.number}/{total}: loss {epoch.train_loss:.4f}, validation {epoch.val_accuracy:.2%}"
                progress.update(task, completed=epoch.number, description=text)
                if not beside.is_terminal:
                    say(text, beside)

            def tell(inheritance: Inheritance) -> None:
                inherited[seed] = inheritance
                say_inherited(network.arch.arch_id, inheritance, beside)

            trained = train_network(
                network,
                out,
                epochs=total,
                seed=seed,
                device=where,
                data=None if data is None else read_place(data),
                pretrained=pretrained,
                resume=resume and out.exists(),
                portable=portable,
                machines=machines,
                on_data=begin,
                on_inherited=tell,
                on_epoch=show,
            )
        measured = trained.measured
        say(f"{out}: validation {measured.accuracy:.2%} after {counted(total, 'epoch')}", beside)
        say(f"  {accuracy_interval(measured.correct, measured.images)}", beside)
        join_run(trained, out, runs, beside)
        return trained

    folders = {one: out if seeds == 1 else out / f"seed-{one}" for one in range(seed, seed + seeds)}
    for folder in folders.values():
        if not (resume and folder.exists()):
            check_unbegun(folder)
    if resume and not any(folder.exists() for folder in folders.values()):
        raise UsageError(f"{out}: no training was begun there; start it without --resume")
    if began is not None and pretrained is None:
        say(f"it began from {began.file} and begins fresh now, with a recipe for that; --pretrained gives it", beside)
    together = workers > 1 or address is not None
    if together and device not in (None, "cpu", "cuda"):
        raise UsageError(f"--device: expected cpu or cuda, got {device}")
    if cpus is not None and not together:
        raise UsageError("--cpus: is for --workers or --address; torch takes all cores of this machine without them")
    try:
        with ExitStack() as stack:
            machines = None
            if together:
                here = stack.enter_context(joined(address)) == LOCAL
                machines = chosen_machines(workers, cpus, device, grows=not here)
                where = torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
            else:
                where = chosen_device(device)
                if torch.get_num_threads() > 1:
                    say_if_busy(where, beside, training=True)
            results = [train_one(one, folder, where, machines) for one, folder in folders.items()]
    except DivergedError as error:
        say(f"stopped: {error}; the recipe in {arch} does not suit this length", beside)
        raise typer.Exit(STOPPED) from None
    except LostError as error:
        say(f"stopped: {error}; the same command with --resume goes on after the last epoch", beside)
        raise typer.Exit(STOPPED) from None
    except KeyboardInterrupt:
        say("interrupted; the same command with --resume goes on after the last epoch", beside)
        raise typer.Exit(INTERRUPTED) from None
    accuracies = [trained.measured.accuracy for trained in results]
    if as_json:
        print_json(
            {
                "out": str(out),
                "accuracy": mean(accuracies),
                "standard_deviation": stdev(accuracies) if seeds > 1 else None,
                "networks": [
                    {
                        **figures(trained, folder),
                        "inherited": inherited_figures(inherited[one]) if one in inherited else None,
                    }
                    for (one, folder), trained in zip(folders.items(), results, strict=True)
                ],
                "target": None if network.target is None else network.target.model_dump(mode="json"),
            }
        )
        return
    if seeds > 1:
        few = ", which two say little of" if seeds == 2 else ""
        spread = f"standard deviation {100 * stdev(accuracies):.2f} points{few}"
        say(f"{out}: validation {mean(accuracies):.2%} in the mean of {seeds} seeds, {spread}")
    if network.target is not None:
        say(f"target: {network.target.top1:g} % top-1 ({network.target.source})")
    say(f"score it: {command('evaluate', folders[seed])}")
