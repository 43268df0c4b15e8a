"""``ulsam-search evaluate``: score an exported network."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.class_coverage import print_coverage
from search.cli.console import RUNS, DataFolder, Json, Runs, aside, print_json, say
from search.cli.recording import print_recording


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that export or train wrote.")],
    data: DataFolder = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Rebuild a network from its folder and score it on the validation and the test split.

    Each accuracy has a 95% interval over further images of this kind (Wilson's interval). If the validation accuracy
    differs from the recorded accuracy, the exit code is 1. No other command uses the test split. If the folder of
    --runs contains the run that found the network, the command adds the scores to that run.
    """
    from search.api.evaluate import evaluate as score_network

    with aside(as_json).status("scoring"):
        evaluated = score_network(folder, data, runs)
    result, intervals = evaluated.evaluation, evaluated.intervals
    measured = result.network.measured
    scores = {"validation": result.val, "test": result.test}
    if as_json:
        print_json(
            {
                "network": result.network.arch.arch_id,
                **{
                    name: {
                        **score.to_dict(),
                        "accuracy_interval": intervals[name].to_dict(),
                    }
                    for name, score in scores.items()
                },
                "recorded_validation_accuracy": measured.accuracy,
                "reproduced": result.reproduced,
                "device": result.device,
                "run": print_recording(evaluated.recording, aside(as_json)),
            }
        )
        raise typer.Exit(0 if result.reproduced else 1)
    for name, score in scores.items():
        say(f"{name}: {score}")
        say(f"  {intervals[name].describe('images')}")
    if intervals["validation"].apart_from(intervals["test"]):
        say("validation and test accuracy differ by more than chance: the two splits have images of different kinds")
    elif result.network.origin.trial is not None:
        say("the search selected the network by its validation accuracy, so that accuracy is slightly too high")
    print_coverage(evaluated.coverage)
    verdict = "reproduced" if result.reproduced else "NOT reproduced"
    say(f"recorded validation accuracy {measured.accuracy:.4%} on {measured.device}: {verdict} on {result.device}")
    if not result.reproduced:
        raise typer.Exit(1)
    print_recording(evaluated.recording, aside(as_json))
