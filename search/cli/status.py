"""``ulsam-search status``: where a run stands."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, Json, Run, Runs, console, print_json

if TYPE_CHECKING:
    from search.record.folder import RunFolder
    from search.views.overview import Overview

_EVERY = 2.0  # seconds


def status(
    run: Run,
    live: Annotated[bool, typer.Option("--live", help="Keep showing it until the search is over, or Ctrl-C.")] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show how far a search is, what it found, what it trains now and what failed.

    It reads the record alone, so it works from any terminal that sees the run's folder.
    """
    from search.errors import UsageError
    from search.record.folder import RunFolder
    from search.views.overview import Overview, status_view

    if live and as_json:
        raise UsageError("status: give either --live or --json")
    folder = RunFolder.find(runs, run)
    overview = _followed(folder) if live else Overview.of(folder)
    if as_json:
        print_json(overview.to_dict())
    else:
        console.print(status_view(overview))


def _followed(folder: "RunFolder") -> "Overview":
    """Shows the run until no process works on it any more; how it stands then."""
    from rich.live import Live

    from search.views.overview import Overview, State, status_view

    record = folder.open_record()  # once: each time would be a connection
    overview = Overview.of(folder, record)
    with Live(status_view(overview), console=console, transient=True, auto_refresh=False) as display:
        try:
            while overview.state is State.RUNNING:
                time.sleep(_EVERY)
                overview = Overview.of(folder, record)
                display.update(status_view(overview), refresh=True)
        except KeyboardInterrupt:
            pass
    return overview
