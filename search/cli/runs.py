"""``ulsam-search runs``: all runs there are."""

from search.cli.console import RUNS, Json, Runs, console, print_json, say
from search.command import quoted


def runs(as_json: Json = False, runs: Runs = RUNS) -> None:
    """List the runs with their state, progress and best accuracy."""
    from search.api.list_runs import list_runs
    from search.render.overview import runs_table

    found = list_runs(runs)
    if as_json:
        readable = [overview.to_dict() for overview in found.overviews]
        print_json([*readable, *({"name": name, "problem": problem} for name, problem in found.unreadable.items())])
        return
    if found.overviews:
        console.print(runs_table(list(found.overviews)))
    for name, problem in found.unreadable.items():
        say(f"{name}: {problem}")
    if not found.overviews and not found.unreadable:
        where = "" if runs == RUNS else f" --runs {quoted(runs)}"
        say(f"{runs}: no runs yet; to start one: ulsam-search launch SEARCH.YAML{where}")
