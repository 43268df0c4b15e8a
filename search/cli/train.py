"""``ulsam-search train``: train an architecture, for longer than a search does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.names import RecipeName
from search.cli.console import (
    INTERRUPTED,
    RUNS,
    STOPPED,
    AllowCode,
    DataFolder,
    Device,
    Json,
    Runs,
    aside,
    inherited_figures,
    print_json,
    say,
)
from search.cli.formats import Executorch, Portable, formats_of
from search.command import command

if TYPE_CHECKING:
    from rich.console import Console

    from search.api.train import Trainings

_GO_ON = "run the same command with --resume to continue after the last epoch"

_Arch = Annotated[
    Path, typer.Argument(metavar="ARCH.YAML", help="Architecture file of export or reference, such as best/arch.yaml.")
]
_Out = Annotated[Path, typer.Option(help="New folder for the trained network.")]
_Epochs = Annotated[
    int | None,
    typer.Option(
        min=1, help="Number of epochs. (default: 10 times as many as in the search, or the number in the recipe)"
    ),
]
_Recipe = Annotated[
    RecipeName | None,
    typer.Option(help="Recipe to use instead of the recipe in the file. The input size stays the same."),
]
_LearningRate = Annotated[
    float | None,
    typer.Option(help="Peak learning rate. Use a low rate with trained weights. (default: the rate of the recipe)"),
]
_Seed = Annotated[int, typer.Option(min=0, help="Random seed for weights, data order and augmentation.")]
_Seeds = Annotated[
    int, typer.Option(min=1, help="Number of trainings, with SEED and the seeds after it, each in OUT/seed-N.")
]
_Workers = Annotated[
    int,
    typer.Option(
        min=1, help="Number of workers. Each trains on a part of every batch, and uses one GPU where there are GPUs."
    ),
]
_Cpus = Annotated[int | None, typer.Option(min=1, help="CPU cores per worker. (default: the workers share all cores)")]
_Address = Annotated[
    str | None,
    typer.Option(
        help="Ray cluster for the workers: auto or HOST:6379. (default: RAY_ADDRESS if set, otherwise this machine)"
    ),
]
_Pretrained = Annotated[
    Path | None,
    typer.Option(help="Trained weights to start from: any file that ulsam-search weights reads."),
]
_Teacher = Annotated[
    Path | None,
    typer.Option(help="Folder of an exported network to distill from, in addition to the labels."),
]
_DistillWeight = Annotated[
    float | None,
    typer.Option(
        help="Share of the distillation loss in the total loss, up to 1. (default: the share in the recipe, or 0.5)"
    ),
]
_DistillTemperature = Annotated[
    float | None,
    typer.Option(
        help="Divisor of both networks' logits in the distillation loss. (default: the value in the recipe, which is 2)"
    ),
]
_Resume = Annotated[bool, typer.Option("--resume", help="Continue an interrupted training in OUT.")]


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
    executorch: Executorch = False,
    resume: _Resume = False,
    allow_code: AllowCode = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Train an architecture for longer than a search does, from scratch or from --pretrained weights.

    OUT receives the same files as an export. The command writes a checkpoint after each epoch. After Ctrl-C or a crash,
    the same command with --resume continues and reaches the same weights. With --workers or --address, Ray Train runs
    the training. All machines must share the folder of OUT and the folder of the data. With --json, the command prints
    the progress to standard error.
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
            formats=formats_of(portable=portable, executorch=executorch),
            resume=resume,
            allow_code=allow_code,
            runs=runs,
            watcher=TrainingBar(beside),
        )
    (_print_figures if as_json else _print_result)(trained, out)


@contextmanager
def _exit_with_reason(arch: Path, beside: "Console") -> Iterator[None]:
    """Ends the command with a word of why a training of ``arch`` did not come to its end."""
    from pipelines.training.divergence import DivergedError
    from search.api.train_network import WorkersLostError

    try:
        yield
    except DivergedError as error:
        say(f"stopped: {error}; the recipe in {arch} does not suit this number of epochs", beside)
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
        few = ", imprecise with two seeds" if seeds == 2 else ""
        spread = f"standard deviation {100 * stdev(accuracies):.2f} points{few}"
        say(f"{out}: validation accuracy {mean(accuracies):.2%} (mean of {seeds} seeds), {spread}")
    if trained.target is not None:
        say(f"target: {trained.target.top1:g} % top-1 ({trained.target.source})")
    first = next(iter(trained.networks.values()))
    say(f"to score this network: {command('evaluate', first.out)}")
