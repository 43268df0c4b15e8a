"""``ulsam-search report``: a search on paper."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from search.cli.console import RUNS, RunName, Runs, console, say


def report(
    run: RunName,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file: .html or .pdf. (default: report.html in the run's folder)")
    ] = None,
    runs: Runs = RUNS,
) -> None:
    """Write a report: setup, results, compute used, and the effect of each choice on accuracy and cost."""
    from search.api.report import report as write_report

    with console.status(escape(f"writing {out or 'the report'}")):
        path = write_report(run, out, runs)
    say(f"report: {path}")
