"""What all commands share: where they print, where runs are."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

# Exit codes; 2 is what a user can mend, before anything starts.
STOPPED = 1  # a search that had begun met a problem
INTERRUPTED = 130  # as the shell's for Ctrl-C
_LOG_WIDTH = 140  # of tables in a file or a pipe, where no terminal says

console = Console(highlight=False, width=None if sys.stdout.isatty() else _LOG_WIDTH)

RUNS = Path("runs")
Runs = Annotated[Path, typer.Option("--runs", envvar="ULSAM_SEARCH_RUNS", help="Folder that holds the runs.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="Name of a run, or path of its folder.")]
DataFolder = Annotated[
    Path | None, typer.Option("--data", help="Where the prepared data are now. (default: where they were)")
]


def say(text: str) -> None:
    """Prints a line as it is, without folding it."""
    console.print(text, soft_wrap=True, markup=False)
