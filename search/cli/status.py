"""``ulsam-search status``: the progress of a run."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, Json, RunName, Runs, console, print_json
from search.errors import UsageError

if TYPE_CHECKING:
    from search.render.overview import Overview


def status(
    run: RunName,
    live: Annotated[
        bool, typer.Option("--live", help="Update the display until the search ends or you press Ctrl-C.")
    ] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show the progress of a search, the best networks, running trials and failures.

    The command reads only the record, so it works from any terminal that has access to the run's folder.
    """
    from search.api.status import follow
    from search.api.status import status as look
    from search.render.overview import status_view

    if live and as_json:
        raise UsageError("give either --live or --json", where="status")
    overview = _shown_live(follow(run, runs)) if live else look(run, runs)
    if as_json:
        print_json(overview.to_dict())
    else:
        console.print(status_view(overview))


def _shown_live(overviews: "Iterable[Overview]") -> "Overview":
    """Shows each until there are no more, or Ctrl-C; the last one."""
    from rich.live import Live

    from search.render.overview import status_view

    following = iter(overviews)
    last = next(following)
    with (
        Live(status_view(last), console=console, transient=True, auto_refresh=False) as display,
        suppress(KeyboardInterrupt),
    ):
        for last in following:
            display.update(status_view(last), refresh=True)
    return last
