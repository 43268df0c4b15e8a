"""``ulsam-search init``: a search file to begin with."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import say
from search.cli.limits import MaxOf, limits_of
from search.command import command
from search.config.preset_names import PresetName

if TYPE_CHECKING:
    from search.api.init import NewSearchFile

_NO_LIMIT = "no limit"


def init(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Prepared data: a folder, or an s3:// address.")],
    out: Annotated[Path, typer.Option(help="New search file.")] = Path("search.yaml"),
    preset: Annotated[
        PresetName,
        typer.Option(
            help="How thorough the search is. quick: 12 trials with half of the epochs; good: 50 trials; best: 100 "
            "trials with a third more epochs and more seeds."
        ),
    ] = "good",
    name: Annotated[str | None, typer.Option(help="Name of the run. (default: the name of the data folder)")] = None,
    max_params: Annotated[str | None, typer.Option(metavar="N", help="Limit on parameters, such as 2.5M.")] = None,
    max_flops: Annotated[
        str | None, typer.Option(metavar="N", help="Limit on FLOPs (multiply-adds), such as 250M.")
    ] = None,
    max_of: MaxOf = None,
    trials: Annotated[int | None, typer.Option(min=1, help="Number of trials.")] = None,
    hours: Annotated[
        float | None,
        typer.Option(help="Limit on the running time of the search in hours, instead of or in addition to --trials."),
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs per trial.")] = None,
    pretrained: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trained weights that every network starts from.")
    ] = None,
) -> None:
    """Write a search file with every key explained, and a JSON Schema that lets editors complete and check it.

    In a terminal, the command asks for the values that no option sets.
    """
    from search.api.init import check_init, suggested_epochs
    from search.api.init import init as write_file
    from search.config.presets import PRESETS
    from spaces import KNOWN_COSTS

    check_init(data, out)
    limits = limits_of(max_params, max_flops, max_of)
    if sys.stdin.isatty():
        for cost in KNOWN_COSTS:
            if cost.name not in limits:
                limits[cost.name] = typer.prompt(f"Limit on {cost.title}, such as {cost.example}", default=_NO_LIMIT)
        if trials is None and hours is None:
            trials = typer.prompt("Number of trials", default=PRESETS[preset].trials, type=int)
        if epochs is None:
            epochs = typer.prompt("Epochs per trial", default=suggested_epochs(data, preset, pretrained), type=int)
    budgets = {cost: limit for cost, limit in limits.items() if limit != _NO_LIMIT}
    written = write_file(
        data,
        out,
        preset=preset,
        name=name,
        budgets=budgets,
        trials=trials,
        hours=hours,
        epochs=epochs,
        pretrained=pretrained,
    )
    _print_written(written)


def _print_written(written: "NewSearchFile") -> None:
    """Says what was written, and what comes next."""
    from spaces import KNOWN_COSTS, Budgets

    within = Budgets(written.settings.budgets.limits).describe(KNOWN_COSTS)
    say(f"{written.path}: search {written.settings.name} on {written.manifest.name}; budgets: {within}")
    say(f"{written.schema}: schema of the search file, for editors")
    if written.problem is not None:
        say(f"fix before launch: {written.problem}")
    say(f"next: {command('plan', written.path)}, then {command('launch', written.path)}")
