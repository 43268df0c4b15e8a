"""``ulsam-search evaluate``: score an exported network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from search.cli.class_coverage import print_coverage
from search.cli.console import (
    RUNS,
    STOPPED,
    AllowCode,
    DataFolder,
    Json,
    Runs,
    aside,
    console,
    print_json,
    say,
    scored_without,
)
from search.cli.recording import print_recording

if TYPE_CHECKING:
    from search.api.evaluate import EvaluatedNetwork

_OTHER_FOLDS = (
    "the data have other groups of images than those of the search, and so other folds: the network may have learned "
    "from images of the validation score"
)


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that export or train wrote.")],
    data: DataFolder = None,
    allow_code: AllowCode = None,
    as_json: Json = False,
    runs: Runs = RUNS,
    errors: Annotated[
        Path | None, typer.Option(help="HTML page of errors to write. (default: errors.html in FOLDER)")
    ] = None,
) -> None:
    """Rebuild a network from its folder and score it on the validation and the test split.

    Each metric except the loss has a 95% interval over further images of this kind (Wilson's interval). If the
    validation accuracy differs from the recorded accuracy, the exit code is 1. No other command uses the test split. If
    the folder of --runs contains the run that found the network, the command adds the scores to that run.

    A page shows the errors on the test split: the confusion matrix, recall and precision by class, and the images of
    highest loss.
    """
    from search.api.evaluate import evaluate as score_network

    with aside(as_json).status("scoring"):
        evaluated = score_network(folder, data, runs, errors, allow_code)
    if evaluated.evaluation.other_folds:
        say(_OTHER_FOLDS, aside(as_json))
    if evaluated.unscored is not None:
        say(scored_without(evaluated.unscored), aside(as_json))
    if as_json:
        print_json(_figures(evaluated))
    else:
        _print_scores(evaluated)
    if evaluated.page is None:
        say(f"the page of errors is not written: {evaluated.page_problem}", aside(as_json))
    if not evaluated.evaluation.reproduced or (errors is not None and evaluated.page is None):
        raise typer.Exit(STOPPED)


def _figures(evaluated: "EvaluatedNetwork") -> dict[str, Any]:
    """The scores for JSON."""
    result = evaluated.evaluation
    page = None if evaluated.page is None else str(evaluated.page)
    return {
        "network": result.network.arch.arch_id,
        **evaluated.score_figures(),
        "int8": evaluated.int8_figures(),
        "test_errors": {"page": page, **result.errors.to_dict()},
        "recorded_validation_accuracy": result.network.measured.accuracy,
        "reproduced": result.reproduced,
        "device": result.device,
        "run": print_recording(evaluated.recording, aside(as_json=True)),
    }


def _print_scores(evaluated: "EvaluatedNetwork") -> None:
    """The scores and the errors in words."""
    from search.render.error_words import error_lines
    from search.render.interval_words import describe_intervals

    result = evaluated.evaluation
    for name, score in result.scores.items():
        say(f"{name}: {score}")
        say(f"  {describe_intervals(evaluated.intervals[name])}")
    accuracy = {name: intervals["accuracy"] for name, intervals in evaluated.intervals.items()}
    if accuracy["validation"].apart_from(accuracy["test"]):
        say("validation and test accuracy differ by more than chance: the two splits have images of different kinds")
    elif result.network.origin.trial is not None:
        say("the search selected the network by its score on the validation images, so that score is slightly too high")
    for name, score in (result.int8 or {}).items():
        say(f"{name} in 8-bit integers: {score}")
        say(f"  {describe_intervals(evaluated.int8_intervals[name])}")
    print_coverage(evaluated.coverage)
    for line in error_lines(result.errors, "test"):
        say(line)
    if evaluated.page is not None:
        say(f"page of errors: {evaluated.page}")
    measured = result.network.measured
    verdict = "reproduced" if result.reproduced else "NOT reproduced"
    say(f"recorded validation accuracy {measured.accuracy:.4%} on {measured.device}: {verdict} on {result.device}")
    if result.reproduced:
        print_recording(evaluated.recording, console)
