"""Prints whether the record of the search that found a network has its score."""

from typing import TYPE_CHECKING

from rich.console import Console

from search.cli.console import say, shown

if TYPE_CHECKING:
    from search.api.recording import Recording


def print_recording(recording: "Recording | None", on: Console) -> str | None:
    """Prints what became of a score; the name of the run that has it."""
    if recording is None:
        return None
    if recording.recorded is None:
        say(f"the run of its search does not record the score: {recording.problem}", on)
        return None
    recorded = recording.recorded
    folder, spec, final = recorded.run.path, recorded.spec, recorded.final
    if recorded.same_training is not None:
        say(f"its weights are bit-identical to those of trial {recorded.same_training}: both are the same training", on)
    if not final.compares_with(spec.method):
        say(
            f"this network was trained by method {final.method}, the networks of the search by method {spec.method}: "
            "their accuracies are not comparable",
            on,
        )
    say(f"recorded in the run {folder.name}; to see the scores: ulsam-search front {shown(folder)}", on)
    for tracker in recording.trackers:
        if tracker.problem is not None:
            again = f"; to try again: {tracker.retry}" if tracker.retry else ""
            say(f"{tracker.name} is not up to date: {tracker.problem}{again}", on)
    return folder.name
