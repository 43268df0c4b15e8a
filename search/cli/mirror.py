"""``ulsam-search mirror``: bring MLflow up to date with a run."""

from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, STOPPED, RunName, Runs, console, say

if TYPE_CHECKING:
    from search.api.mirror import Mirrored, Registered


def mirror(
    run: RunName,
    to: Annotated[str | None, typer.Option(metavar="URI", help="Tracking URI. (default: the search's own)")] = None,
    models: Annotated[
        bool, typer.Option("--models", help="Register the front's networks as models that MLflow can serve, too.")
    ] = False,
    runs: Runs = RUNS,
) -> None:
    """Bring MLflow up to date with a run's record: after it was down, or on another server.

    The record has all that MLflow shows, so a view that was lost is made again. Run twice, it changes nothing.
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
        say(f"trial {network.number} is left out: its weights are not here ({network.origin or 'lost'})")
    if not registered.count:
        say("nothing was registered")
        return
    say(f"{registered.best} is the most accurate of {registered.count} registered networks")
    say(f"serve it: {registered.serving}")
    if registered.to_encode:
        say(f"before, set {' and '.join(registered.to_encode)} percent-encoded in the shell, such as p%40s for p@s")
    say(f"ask it: {registered.asking}")
