"""``ulsam-search report``: a search on paper."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from search.cli.console import RUNS, Run, Runs, check_output, console, quieten_optuna, say, shown


def report(
    run: Run,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file: .html or .pdf. (default: report.html in the run's folder)")
    ] = None,
    runs: Runs = RUNS,
) -> None:
    """Write a report: what was asked and found, what it cost, and what each choice changes in accuracy and cost."""
    from search.errors import UsageError
    from search.record.folder import RunFolder
    from search.record.front import complete
    from search.views.endings import REPORT_ENDINGS
    from search.views.report import save_report

    folder = RunFolder.find(runs, run)
    path = out or folder.path / "report.html"
    check_output("--out", path, REPORT_ENDINGS)
    record = folder.open_record()
    ended, more = record.ended(), 2 * record.trials_asked if record.over else None
    if not complete(ended):
        raise UsageError(f"{record.facts.name}: no trial is complete yet")
    quieten_optuna()
    with console.status(escape(f"writing {path}")):
        save_report(record.facts, ended, path, record.finals(), run=shown(folder), more=more)
    say(f"report: {path}")
