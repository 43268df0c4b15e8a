"""``ulsam-search mirror``: bring MLflow up to date with a run."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, STOPPED, Run, Runs, console, say

if TYPE_CHECKING:
    from search.record.folder import RunFolder
    from search.record.study import StudyRecord


def mirror(
    run: Run,
    to: Annotated[str | None, typer.Option(metavar="URI", help="Tracking URI. (default: the search's own)")] = None,
    models: Annotated[
        bool, typer.Option("--models", help="Register the front's networks as models that MLflow can serve, too.")
    ] = False,
    runs: Runs = RUNS,
) -> None:
    """Bring MLflow up to date with a run's record: after it was down, or on another server.

    The record has all that MLflow shows, so a view that was lost is made anew. Run twice, it changes nothing.
    """
    from pipelines.errors import first_line
    from search.errors import UsageError
    from search.record.folder import RunFolder
    from search.secret import refuse_password, without_password
    from search.views.mlflow_finals import write_finals
    from search.views.mlflow_mirror import MlflowMirror
    from search.views.mlflow_server import runs_page

    try:
        uri = None if to is None else refuse_password(to)
    except ValueError as error:
        raise UsageError(f"--to: {error}") from None
    folder = RunFolder.find(runs, run)
    with folder.lock():  # a search that runs mirrors itself
        record = folder.open_record()
        ended = record.ended()
        uri = uri or folder.mlflow_uri
        mirror = MlflowMirror(uri, record.facts, record.trials_asked, ended, patience=None)
        with console.status(f"{len(ended)} trials"), mirror:
            mirror.outcome = "FAILED" if record.problem else "FINISHED" if record.over else "KILLED"
        if mirror.problem is not None:
            say(f"MLflow is not up to date: {mirror.problem}")
            raise typer.Exit(STOPPED)
        try:
            write_finals(uri, record.facts, record.finals())
            page = None if mirror.experiment is None else runs_page(uri, mirror.experiment)
            at = "" if page is None else f": {page}"
            say(f"MLflow has all {len(ended)} trials of {folder.settings.name}{at}")
            if models:
                _register(folder, record, uri)
        except UsageError:
            raise
        except Exception as error:  # whatever MLflow or its server raises
            say(f"MLflow is not up to date: {type(error).__name__}: {without_password(first_line(error), uri)}")
            raise typer.Exit(STOPPED) from None


def _register(folder: "RunFolder", record: "StudyRecord", uri: str) -> None:
    from search.export.portable import ONNX_NAME
    from search.export.write import network_of, write_network
    from search.record.front import pareto_front
    from search.views.mlflow_models import BEST, MlflowModels, asking, serving, to_encode

    facts = record.facts
    front = pareto_front(record.ended(), facts.search.cost_epsilon)
    registry = MlflowModels(uri, facts)
    for network in front:
        if network.number in registry.versions:
            continue
        if not folder.weights(network.number).is_file():
            say(f"trial {network.number} is left out: its weights are not here ({network.origin or 'lost'})")
            continue
        with console.status(f"trial {network.number}"), TemporaryDirectory() as top:
            out = Path(top, "network")
            write_network(network_of(facts, network), folder.weights(network.number), out, portable=True)
            registry.register(network, out / ONNX_NAME)
    if not registry.versions:
        say("nothing was registered")
        return
    registry.mark(front)
    say(f"models:/{facts.name}@{BEST} is the most accurate of {len(registry.versions)} registered networks")
    say(f"serve it: {serving(uri, facts)}")
    if names := to_encode(uri):
        say(f"before, set {' and '.join(names)} percent-encoded in the shell, such as p%40s for p@s")
    say(f"ask it: {asking(facts)}")
