"""``ulsam-search train``: train an architecture, for longer than a search does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.names import RecipeName
from search.api.formats import FORMAT_NAMES
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
    inherited_figures,
    print_json,
    say,
)
from search.command import command

if TYPE_CHECKING:
    from rich.console import Console

    from search.api.train import Trainings

_GO_ON = "the same command with --resume goes on after the last epoch"

_Arch = Annotated[
    Path, typer.Argument(metavar="ARCH.YAML", help="What export or reference wrote, such as best/arch.yaml.")
]
_Out = Annotated[Path, typer.Option(help="New folder for the trained network.")]
_Epochs = Annotated[
    int | None,
    typer.Option(min=1, help="Passes over the training images. (default: 10 times the search's, or the recipe's)"),
]
_Recipe = Annotated[
    RecipeName | None, typer.Option(help="A recipe by name instead of the file's; it keeps the input size.")
]
_LearningRate = Annotated[
    float | None, typer.Option(help="The highest; trained weights want a low one. (default: the recipe's)")
]
_Seed = Annotated[int, typer.Option(min=0, help="Of weights, data order and views.")]
_Seeds = Annotated[
    int, typer.Option(min=1, help="Train it so often, with SEED and the seeds after it, into OUT/seed-N.")
]
_Workers = Annotated[
    int,
    typer.Option(min=1, help="Workers that train it together, a part of each batch each; on GPUs one GPU each."),
]
_Cpus = Annotated[int | None, typer.Option(min=1, help="CPU cores of each worker. (default: all are shared)")]
_Address = Annotated[
    str | None,
    typer.Option(help="Ray cluster that has the workers: auto or HOST:6379. (default: RAY_ADDRESS, or this machine)"),
]
_Pretrained = Annotated[
    Path | None,
    typer.Option(help="Weights to start from where they fit: torchvision's .pth, another network's .safetensors."),
]
_Teacher = Annotated[
    Path | None, typer.Option(help="Folder of an exported network whose answers it learns beside the labels.")
]
_DistillWeight = Annotated[
    float | None, typer.Option(help="The share of the loss that is the teacher's. (default: the recipe's, or 0.5)")
]
_DistillTemperature = Annotated[
    float | None,
    typer.Option(help="What both networks' logits are divided by for that. (default: the recipe's, which is 2)"),
]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted training in OUT.")]


def train(
    arch: _Arch,
    out: _Out,
    epochs: _Epochs = None,
    recipe: _Recipe = None,
    learning_rate: _LearningRate = None,
    seed: _Seed = 0,
    seeds: _Seeds = 1,
    workers: _Workers = 1,
    cpus: _Cpus = None,
    address: _Address = None,
    device: Device = None,
    data: DataFolder = None,
    pretrained: _Pretrained = None,
    teacher: _Teacher = None,
    distill_weight: _DistillWeight = None,
    distill_temperature: _DistillTemperature = None,
    portable: Portable = True,
    resume: _Resume = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Train an architecture, for longer than a search does, from scratch or from --pretrained weights.

    OUT gets the same files as export writes. A checkpoint is kept after each epoch: after Ctrl-C or a crash,
    the same command with --resume goes on, to the same weights. With --workers, or --address, Ray Train runs it; OUT
    and the data belong on a folder that all machines share. With --json, epochs are told on standard error.
    """
    from search.api.train import train as train_architecture
    from search.cli.training_watcher import TrainingBar

    beside = aside(as_json)
    with _exit_with_reason(arch, beside):
        trained = train_architecture(
            arch,
            out,
            epochs=epochs,
            recipe=recipe,
            learning_rate=learning_rate,
            seed=seed,
            seeds=seeds,
            workers=workers,
            cpus=cpus,
            address=address,
            device=device,
            data=data,
            pretrained=pretrained,
            teacher=teacher,
            distill_weight=distill_weight,
            distill_temperature=distill_temperature,
            formats=FORMAT_NAMES if portable else (),
            resume=resume,
            runs=runs,
            watcher=TrainingBar(beside),
        )
    if as_json:
        _print_figures(trained, out)
    else:
        _print_result(trained, out)


@contextmanager
def _exit_with_reason(arch: Path, beside: "Console") -> Iterator[None]:
    """Ends the command with a word of why a training of ``arch`` did not come to its end."""
    from pipelines.training.divergence import DivergedError
    from search.api.train_network import WorkersLostError

    try:
        yield
    except DivergedError as error:
        say(f"stopped: {error}; the recipe in {arch} does not suit this length", beside)
        raise typer.Exit(STOPPED) from None
    except WorkersLostError as error:
        say(f"stopped: {error}; {_GO_ON}", beside)
        raise typer.Exit(STOPPED) from None
    except KeyboardInterrupt:
        say(f"interrupted; {_GO_ON}", beside)
        raise typer.Exit(INTERRUPTED) from None


def _print_figures(trained: "Trainings", out: Path) -> None:
    from statistics import mean, stdev

    accuracies = [one.network.measured.accuracy for one in trained.networks.values()]
    print_json(
        {
            "out": str(out),
            "accuracy": mean(accuracies),
            "standard_deviation": stdev(accuracies) if len(accuracies) > 1 else None,
            "networks": [
                {
                    **one.figures(),
                    "inherited": None if one.inherited is None else inherited_figures(one.inherited),
                }
                for one in trained.networks.values()
            ],
            "target": None if trained.target is None else trained.target.model_dump(mode="json"),
        }
    )


def _print_result(trained: "Trainings", out: Path) -> None:
    from statistics import mean, stdev

    accuracies = [one.network.measured.accuracy for one in trained.networks.values()]
    seeds = len(accuracies)
    if seeds > 1:
        few = ", which two say little of" if seeds == 2 else ""
        spread = f"standard deviation {100 * stdev(accuracies):.2f} points{few}"
        say(f"{out}: validation {mean(accuracies):.2%} in the mean of {seeds} seeds, {spread}")
    if trained.target is not None:
        say(f"target: {trained.target.top1:g} % top-1 ({trained.target.source})")
    first = next(iter(trained.networks.values()))
    say(f"score it: {command('evaluate', first.out)}")
