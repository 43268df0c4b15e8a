"""``ulsam-search status``: where a run stands."""

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
    live: Annotated[bool, typer.Option("--live", help="Keep showing it until the search is over, or Ctrl-C.")] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show how far a search is, what it found, what it trains now and what failed.

    It reads the record alone, so it works from any terminal that sees the run's folder.
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
