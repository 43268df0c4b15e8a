"""``ulsam-search runs``: all runs there are."""

from search.cli.console import RUNS, Json, Runs, console, print_json, say
from search.command import quoted


def runs(as_json: Json = False, runs: Runs = RUNS) -> None:
    """List the runs: how far each is, and what it found."""
    from search.errors import UsageError
    from search.record.folder import RunFolder
    from search.record.names import run_names
    from search.views.overview import Overview, runs_table

    overviews, unreadable = [], {}
    for name in run_names(runs):
        try:
            overviews.append(Overview.of(RunFolder.find(runs, name)))
        except (UsageError, OSError) as error:
            unreadable[name] = str(error)
    if as_json:
        print_json(
            [
                *(overview.to_dict() for overview in overviews),
                *({"name": n, "problem": p} for n, p in unreadable.items()),
            ]
        )
        return
    if overviews:
        console.print(runs_table(overviews))
    for name, problem in unreadable.items():
        say(f"{name}: {problem}")
    if not overviews and not unreadable:
        where = "" if runs == RUNS else f" --runs {quoted(runs)}"
        say(f"{runs}: no runs yet; begin one: ulsam-search launch SEARCH.YAML{where}")
