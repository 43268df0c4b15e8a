"""What all commands share: where they print, where runs are."""

import json
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table

from search.api.run_names import RUNS as RUNS
from search.api.run_names import RUNS_VARIABLE, called, run_names
from search.command import quoted

if TYPE_CHECKING:
    from pipelines.storage.remote import DataLocation
    from search.api.validate_config import CheckedStart
    from ulsam import Inheritance

# Exit codes; 2 is what a user can mend, before anything starts.
STOPPED = 1  # a search that had begun met a problem
INTERRUPTED = 130  # as the shell's for Ctrl-C
_AMPLE = 1000  # columns, for the widest table
_LOG_WIDTH = 160  # of tables in a file or a pipe, where no terminal says

console = Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)

Runs = Annotated[Path, typer.Option("--runs", envvar=RUNS_VARIABLE, help="Folder that holds the runs.")]


def complete_run(context: typer.Context, incomplete: str) -> list[str]:
    """The names of runs that begin with ``incomplete``, for shells."""
    names = run_names(Path(context.params.get("runs") or RUNS))
    return [name for name in names if name.startswith(incomplete)]


RunName = Annotated[
    str, typer.Argument(metavar="RUN", help="Name of a run, or path of its folder.", autocompletion=complete_run)
]
DataFolder = Annotated[
    str | None,
    typer.Option("--data", help="Prepared data: a folder or s3://... (default: the recorded place)"),
]
AllowCode = Annotated[
    str | None,
    typer.Option(
        "--allow-code",
        metavar="MODULE:FUNCTION",
        help="Your own function that search.metric names. Without this option, the function does not run.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Device = Annotated[str | None, typer.Option(help="Device: cpu or cuda. (default: cuda if available)")]


def scored_without(path: str) -> str:
    """The remark that a network is not scored by the function of the user's own that its search maximised."""
    return f"not scored by {path}, the metric of the search. To score by this function: --allow-code {path}"


def print_wide(table: Table) -> None:
    """Prints every column of a table whole; a narrow terminal folds the lines, and ``less -S`` scrolls them."""
    whole = console.measure(table, options=console.options.update(width=_AMPLE)).maximum
    Console(width=max(console.width, whole), highlight=False).print(table)


def aside(as_json: bool) -> Console:
    """Where bars and remarks go: beside what ``--json`` prints, to standard error."""
    return Console(stderr=True, highlight=False) if as_json else console


def fetched(location: "DataLocation", on: Console = console) -> Path:
    """The folder where this machine has prepared data, with a bar where they have to be fetched first."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from pipelines.storage.remote import local

    if isinstance(location, Path):
        return location
    columns = (TextColumn("downloading the data"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=on, transient=True, disable=not on.is_terminal) as progress:
        task = progress.add_task("", total=None)
        return local(
            location,
            on_bytes=lambda done, of: progress.update(task, completed=done, total=of),
            on_offline=lambda reason: say(f"{location}: {reason}; using the verified copy on this machine", on),
        )


def print_inherited(network: str, inheritance: "Inheritance", on: Console = console) -> None:
    """Tells what a network takes over from trained weights, and where that is suspiciously little."""
    say(f"{network} inherits {inheritance}", on)
    if inheritance.inherited < inheritance.params / 2:
        say("  this is less than half of the network: the weights may be of another backbone or width", on)


def print_start(start: "CheckedStart") -> None:
    """Tells what networks of a search start from."""
    several = len(start.spec.pretrained) > 1
    for plain, inheritance in start.inherited.items():
        file = start.spec.pretrained_for(plain.arch)
        of = f" from {file.file}" if several and file is not None else ""
        wider = start.cut_from(plain)
        cut = "" if wider is None else f", cut from x{wider:g},"
        print_inherited(f"{plain.arch.backbone} x{plain.arch.width:g}{of}{cut}", inheritance)
    if start.nearly_fresh != 0:
        within = start.spec.networks
        of_all = "" if within is None else f" of {within:,}"
        some = "networks of some widths" if start.nearly_fresh is None else f"{start.nearly_fresh:,}{of_all} networks"
        say(f"{some} inherit almost nothing and start almost from scratch")


def inherited_figures(inheritance: "Inheritance") -> dict[str, Any]:
    """What a network takes over from trained weights, for JSON."""
    return {
        "params": inheritance.params,
        "inherited": inheritance.inherited,
        "fresh": [part.name for part in inheritance.fresh],
    }


def shown(folder: Path) -> str:
    """What to call the run in ``folder`` in a command, quoted: its name, or, where that would not do, its path."""
    return quoted(called(folder))


def print_json(values: Any) -> None:
    """Prints what ``--json`` asks for, and nothing else goes to standard output then.

    JSON has no NaN and no infinity, such as the loss of a network whose logits overflow: both are null.
    """
    print(json.dumps(_finite(values), indent=2, allow_nan=False))


def _finite(values: Any) -> Any:
    if isinstance(values, float):
        return values if isfinite(values) else None
    if isinstance(values, dict):
        return {key: _finite(value) for key, value in values.items()}
    return [_finite(value) for value in values] if isinstance(values, list | tuple) else values


def say(text: str, on: Console = console) -> None:
    """Prints a line as it is, without folding it."""
    # No string: Rich would turn a tab in a name into spaces.
    on.print(Segments([Segment(f"{text}\n")]), soft_wrap=True)
