"""``ulsam-search evaluate``: score an exported network."""

from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import RUNS, DataFolder, Json, Runs, join_run, print_json, say


def evaluate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="What export or train wrote.")],
    data: DataFolder = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Rebuild a network from its folder and score it on the validation and the test split.

    The validation accuracy is compared with the recorded one: exit code 1 where it differs. The test split is
    looked at here and nowhere else. Where the search that found the network is in RUNS, its record learns the scores.
    """
    from dataclasses import asdict

    from search.export.evaluate import evaluate as run
    from search.strategy.front import standard_error

    result = run(folder, data)
    measured = result.network.measured
    joined = join_run(result.network, folder, runs, result.test, quietly=as_json) if result.reproduced else None
    if as_json:
        print_json(
            {
                "network": result.network.arch.arch_id,
                "validation": {"accuracy": result.val.accuracy, **asdict(result.val)},
                "test": {"accuracy": result.test.accuracy, **asdict(result.test)},
                "recorded_validation_accuracy": measured.accuracy,
                "reproduced": result.reproduced,
                "device": result.device,
                "run": joined,
            }
        )
        raise typer.Exit(0 if result.reproduced else 1)
    for name, score in (("validation", result.val), ("test", result.test)):
        error = standard_error(score.accuracy, score.images)
        interval = f"{score.accuracy:.4%} ± {error * 100:.2f}"
        say(f"{name}: {interval} ({score.correct} of {score.images}), loss {score.loss:.4f}")
    verdict = "reproduced" if result.reproduced else "NOT reproduced"
    say(f"recorded validation accuracy {measured.accuracy:.4%} on {measured.device}: {verdict} on {result.device}")
    if not result.reproduced:
        raise typer.Exit(1)
