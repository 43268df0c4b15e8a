"""Tells whether the search that found a network knows what that scores."""

from typing import TYPE_CHECKING

from rich.console import Console

from search.cli.console import say, shown

if TYPE_CHECKING:
    from search.api.recording import Recording
    from search.artifacts.network import ExportedNetwork


def print_recording(recording: "Recording | None", network: "ExportedNetwork", on: Console) -> str | None:
    """Says what became of the score of ``network``; the name of the run that knows it."""
    if recording is None:
        return None
    if recording.joined is None:
        say(f"the run of its search was not told: {recording.problem}", on)
        return None
    run, spec, final = recording.joined.run, recording.joined.spec, recording.joined.final
    if network.origin.trial is None and final.trial is not None:
        say(f"its weights are those of trial {final.trial}, to the bit: it was the same training", on)
    if not final.compares_with(spec.method):
        say(
            f"it was trained by method {final.method}, the networks of the search by method {spec.method}: "
            "their accuracies do not compare",
            on,
        )
    say(f"noted in the run {run.path.name}: ulsam-search front {shown(run)}", on)
    if recording.mlflow_problem is not None:
        say(f"MLflow was not told ({recording.mlflow_problem}): ulsam-search mirror {shown(run)}", on)
    return run.path.name
