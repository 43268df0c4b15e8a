"""``ulsam-search compare``: searches side by side."""

from typing import Annotated

import typer

from search.cli.console import RUNS, Json, Runs, complete_run, print_json, print_wide, say


def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN RUN...", help="Names of runs, or paths of their folders.", autocompletion=complete_run
        ),
    ],
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Compare searches on the same data: settings, hypervolumes, and the best network within each limit."""
    from search.api.compare import compare as compare_searches
    from search.render.comparison import comparison_table

    comparison = compare_searches(names, runs)
    if as_json:
        print_json(comparison.to_dict())
        return
    print_wide(comparison_table(comparison))
    say(
        f"reference point of all hypervolumes: {comparison.reference_in_words}; "
        f"networks: accuracy with its 95% interval ({comparison.interval_sources}), {comparison.cost_labels}"
    )
