"""``ulsam-search mirror``: bring MLflow up to date with a run."""

from typing import Annotated

import typer

from search.cli.console import RUNS, STOPPED, Run, Runs, console, say


def mirror(
    run: Run,
    to: Annotated[str | None, typer.Option(metavar="URI", help="Tracking URI. (default: the search's own)")] = None,
    runs: Runs = RUNS,
) -> None:
    """Bring MLflow up to date with a run's record: after it was down, or on another server.

    The record has all that MLflow shows, so a view that was lost is made anew. Run twice, it changes nothing.
    """
    from search.record.folder import RunFolder
    from search.views.mlflow_mirror import MlflowMirror

    folder = RunFolder.find(runs, run)
    with folder.lock():  # a search that runs mirrors itself
        record = folder.open_record()
        ended = record.ended()
        uri = to or folder.mlflow_uri
        mirror = MlflowMirror(uri, record.facts, record.trials_asked, ended, patience=None)
        with console.status(f"{len(ended)} trials"), mirror:
            mirror.outcome = "FINISHED" if record.over else "KILLED"
    if mirror.problem is not None:
        say(f"MLflow is not up to date: {mirror.problem}")
        raise typer.Exit(STOPPED)
    say(f"MLflow has all {len(ended)} trials of {folder.settings.name}")
