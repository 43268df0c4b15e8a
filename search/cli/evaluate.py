"""``ulsam-search evaluate``: score an exported network."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.class_coverage import print_coverage
from search.cli.console import RUNS, DataFolder, Json, Runs, aside, print_json, say
from search.cli.recording import print_recording


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What export or train wrote.")],
    data: DataFolder = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Rebuild a network from its folder and score it on the validation and the test split.

    Beside each accuracy stands between which shares it would be on ever more images of this kind, with 95% confidence
    (Wilson's interval). The validation accuracy is compared with the recorded one: exit code 1 where it differs. The
    test split is looked at here and nowhere else. Where the search that found the network is in RUNS, its record learns
    the scores.
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
        say(f"  {intervals[name]}")
    if intervals["validation"].apart_from(intervals["test"]):
        say("validation and test differ by more than chance: the images of the two splits are of different kinds")
    elif result.network.origin.trial is not None:
        say("the network was chosen by its validation accuracy, which therefore flatters it a little")
    print_coverage(evaluated.coverage)
    verdict = "reproduced" if result.reproduced else "NOT reproduced"
    say(f"recorded validation accuracy {measured.accuracy:.4%} on {measured.device}: {verdict} on {result.device}")
    if not result.reproduced:
        raise typer.Exit(1)
    print_recording(evaluated.recording, aside(as_json))
