"""``ulsam-search mirror``: bring MLflow up to date with a run."""

from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, STOPPED, RunName, Runs, console, say

if TYPE_CHECKING:
    from search.api.mirror import Mirrored, Registered


def mirror(
    run: RunName,
    to: Annotated[
        str | None, typer.Option(metavar="URI", help="MLflow tracking URI. (default: the URI of the search)")
    ] = None,
    models: Annotated[
        bool, typer.Option("--models", help="Also register the front's networks as models that MLflow can serve.")
    ] = False,
    runs: Runs = RUNS,
) -> None:
    """Update MLflow from a run's record, for example after an outage of the server, or for another server.

    The record contains everything that MLflow shows, so the command restores lost data. You can repeat the command; a
    repetition changes nothing.
    """
    from search.api.mirror import MirrorError
    from search.api.mirror import mirror as bring_up_to_date

    try:
        _, registered = bring_up_to_date(
            run, to, models=models, runs=runs, during=console.status, on_mirrored=_print_mirrored
        )
    except MirrorError as error:
        say(f"MLflow is not up to date: {error}")
        raise typer.Exit(STOPPED) from None
    if registered is not None:
        _print_registered(registered)


def _print_mirrored(mirrored: "Mirrored") -> None:
    at = "" if mirrored.page is None else f": {mirrored.page}"
    say(f"MLflow has all {mirrored.trials} trials of {mirrored.spec.name}{at}")


def _print_registered(registered: "Registered") -> None:
    for network in registered.left_out:
        say(f"trial {network.number} is not registered: its weights are missing ({network.origin or 'lost'})")
    if not registered.count:
        say("no network is registered")
        return
    say(f"{registered.best} is the most accurate of {registered.count} registered networks")
    say(f"to serve the best network: {registered.serving}")
    if registered.to_encode:
        say(f"first set {' and '.join(registered.to_encode)} in the shell, percent-encoded: for example p%40s for p@s")
    say(f"to query the served network: {registered.asking}")
