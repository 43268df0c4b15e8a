"""What all commands share: where they print, where runs are."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table

from search.command import quoted
from search.record.names import RUNS as RUNS
from search.record.names import RUNS_VARIABLE, called, run_names

if TYPE_CHECKING:
    import torch

    from pipelines.storage.remote import Place
    from pipelines.training.score import Score
    from search.export.network import ExportedNetwork
    from search.record.folder import RunFolder
    from ulsam import Inheritance

# Exit codes; 2 is what a user can mend, before anything starts.
STOPPED = 1  # a search that had begun met a problem
INTERRUPTED = 130  # as the shell's for Ctrl-C
_AMPLE = 1000  # columns, for the widest table
_LOG_WIDTH = 140  # of tables in a file or a pipe, where no terminal says

console = Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)

Runs = Annotated[Path, typer.Option("--runs", envvar=RUNS_VARIABLE, help="Folder that holds the runs.")]


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """The names of runs that begin with ``incomplete``, for shells."""
    names = run_names(Path(context.params.get("runs") or RUNS))
    return [name for name in names if name.startswith(incomplete)]


Run = Annotated[
    str, typer.Argument(metavar="RUN", help="Name of a run, or path of its folder.", autocompletion=complete_run)
]
DataFolder = Annotated[
    str | None,
    typer.Option("--data", help="Where the prepared data are now, a folder or s3://... (default: where they were)"),
]
Portable = Annotated[
    bool, typer.Option("--portable/--no-portable", help="With model.onnx and model.pt2, for other programs.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs, instead.")]
Device = Annotated[str | None, typer.Option(help="cpu or cuda. (default: cuda where there is one)")]


def chosen_device(device: str | None) -> "torch.device":
    """What the option ``--device`` stands for.

    Raises:
        UsageError: there is no such device here.
    """
    import torch

    from search.errors import UsageError

    there = torch.cuda.is_available()
    name = device or ("cuda" if there else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not there):
        raise UsageError(f"--device: expected cpu{' or cuda' if there else ''}, got {name}")
    return torch.device(name)


def device_name(device: "torch.device") -> str:
    """``cpu``, or the GPU's name."""
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def print_wide(table: Table) -> None:
    """Prints every column of a table whole; a narrow terminal folds the lines, and ``less -S`` scrolls them."""
    whole = console.measure(table, options=console.options.update(width=_AMPLE)).maximum
    Console(width=max(console.width, whole), highlight=False).print(table)


def aside(as_json: bool) -> Console:
    """Where bars and remarks go: beside what ``--json`` prints, to standard error."""
    return Console(stderr=True, highlight=False) if as_json else console


def read_place(data: str) -> "Place":
    """Where data are: a folder, or an address in an object store.

    Raises:
        UsageError: it is neither, or has credentials in it.
    """
    from pydantic import TypeAdapter

    from pipelines.storage.remote import Place
    from search.errors import UsageError
    from search.settings import check_place

    place: Place = TypeAdapter(Place).validate_python(data)
    try:
        return check_place(place)
    except ValueError as error:
        raise UsageError(f"--data: {error}") from None


def check_output(option: str, path: Path, endings: Sequence[str] = ()) -> None:
    """Refuses a ``path`` to be written whose name has none of ``endings``, where there are such, or that has no folder.

    Raises:
        UsageError: it is so.
    """
    from search.errors import UsageError

    if endings and path.suffix not in endings:
        raise UsageError(f"{option} {path}: expected a name ending in {', '.join(endings)}")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{option} {path}: there is no folder {path.absolute().parent}")


def fetched(place: "Place", on: Console = console) -> Path:
    """The folder where this machine has prepared data, with a bar where they have to be fetched first."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from pipelines.storage.remote import local

    if isinstance(place, Path):
        return place
    columns = (TextColumn("fetching the data"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=on, transient=True, disable=not on.is_terminal) as progress:
        task = progress.add_task("", total=None)
        return local(
            place,
            on_bytes=lambda done, of: progress.update(task, completed=done, total=of),
            on_offline=lambda reason: say(f"{place}: {reason}; the verified copy on this machine is used", on),
        )


def say_inherited(network: str, inheritance: "Inheritance", on: Console = console) -> None:
    """Tells what a network takes over from trained weights, and where that is suspiciously little."""
    say(f"{network} inherits {inheritance}", on)
    if inheritance.inherited < inheritance.params / 2:
        say("  less than half of it: are those the weights of another backbone or width?", on)


def inherited_figures(inheritance: "Inheritance") -> dict[str, Any]:
    """What a network takes over from trained weights, for JSON."""
    return {
        "params": inheritance.params,
        "inherited": inheritance.inherited,
        "fresh": [part.name for part in inheritance.fresh],
    }


def shown(folder: "RunFolder") -> str:
    """What to call a run in a command, quoted: its name, or, where that would not do, its path."""
    return quoted(called(folder.path))


def say_if_busy(device: "torch.device", on: Console, *, training: bool = False) -> None:
    """Warns where other programs are at work on the CPUs on which is to be timed, or trained."""
    from pipelines.measuring.busy import TIMES, TRAINING, busy_share, doubt

    if device.type == "cpu" and (words := doubt(busy_share(), TRAINING if training else TIMES)) is not None:
        say(words, on)


def join_run(
    network: "ExportedNetwork", folder: Path, runs: Path, on: Console, test: "Score | None" = None
) -> str | None:
    """Tells the search that found ``network``, where it is in ``runs``, what that scores; the name of its run."""
    from pipelines.errors import first_line
    from search.errors import UsageError
    from search.export.join import join
    from search.secret import without_password
    from search.views.mlflow_finals import write_finals

    try:
        joined = join(network, folder, runs, test)
    except UsageError as error:  # what was measured is measured, whatever becomes of a record
        say(f"the run of its search was not told: {error}", on)
        return None
    if joined is None:
        return None
    run, final = joined.run, joined.final
    if network.origin.trial is None and final.trial is not None:
        say(f"its weights are those of trial {final.trial}, to the bit: it was the same training", on)
    if not final.compares_with(joined.facts.method):
        say(
            f"it was trained by method {final.method}, the networks of the search by method {joined.facts.method}: "
            "their accuracies do not compare",
            on,
        )
    say(f"noted in the run {run.path.name}: ulsam-search front {shown(run)}", on)
    try:
        with on.status("telling MLflow"):
            write_finals(run.mlflow_uri, joined.facts, [final])
    except Exception as error:  # whatever MLflow or its server raises
        reason = f"{type(error).__name__}: {without_password(first_line(error), run.mlflow_uri)}"
        say(f"MLflow was not told ({reason}): ulsam-search mirror {shown(run)}", on)
    return run.path.name


def print_json(values: Any) -> None:
    """Prints what ``--json`` asks for, and nothing else goes to standard output then."""
    print(json.dumps(values, indent=2))


def say(text: str, on: Console = console) -> None:
    """Prints a line as it is, without folding it."""
    # No string: Rich would turn a tab in a name into spaces.
    on.print(Segments([Segment(f"{text}\n")]), soft_wrap=True)


def quieten_optuna() -> None:
    """Optuna tells of every study that is made; a command's user asked for none."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
