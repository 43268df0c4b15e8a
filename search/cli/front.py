"""``ulsam-search front``: look at the Pareto front of a run."""

import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import RUNS, Json, Run, Runs, aside, check_output, console, print_json, say, shown


def front(
    run: Run,
    page: Annotated[Path | None, typer.Option(help="Write an interactive HTML page to this file.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a picture to this file: .png, .svg or .pdf.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Write the page, and open it in the browser.")] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show the networks that no other beats in accuracy, parameters and FLOPs together.

    It reads the record alone, so it works while a search runs and long after.
    """
    from search.errors import UsageError
    from search.record.folder import RunFolder
    from search.record.front import complete
    from search.strategy.front import hypervolume
    from search.views.endings import PAGE_ENDINGS, PICTURE_ENDINGS
    from search.views.final_table import final_table
    from search.views.front_table import front_rows, terminal_table

    folder = RunFolder.find(runs, run)
    record = folder.open_record()
    facts, ended, finals = record.facts, record.ended(), record.finals()
    if open_page and page is None:
        page = folder.path / "front.html"
    for option, file, endings in (("--page", page, PAGE_ENDINGS), ("--picture", picture, PICTURE_ENDINGS)):
        if file is not None:
            check_output(option, file, endings)
    if not complete(ended):
        raise UsageError(f"{facts.name}: no trial is complete yet")
    share = hypervolume([trial.objectives for trial in complete(ended)], facts.reference)
    estimates = [trial.result.remaining for trial in ended if trial.result is not None and trial.result.remaining]
    if as_json:
        rows = [row.to_dict() for row in front_rows(facts, ended)]
        remaining = estimates[-1] if estimates else None
        print_json(
            {
                "name": facts.name,
                "trials": len(ended),
                "budgets": asdict(facts.search_space.budgets),
                "hypervolume": share,
                "reference": asdict(facts.reference),
                "remaining": None if remaining is None else asdict(remaining),
                "front": rows,
                "taken_home": [final.to_dict() for final in finals],
            }
        )
    else:
        console.print(terminal_table(facts, ended))
        say(f"hypervolume {share:.4f} (reference point: {facts.reference}; budgets: {facts.search_space.budgets})")
        if estimates:
            say(f"untried networks could add {estimates[-1]}")
        if finals:
            console.print(final_table(facts, finals))
    if page is not None:
        from search.views.front_page import save_page

        save_page(facts, ended, page, finals, run=shown(folder))
        if not as_json:
            say(f"page: {page}")
    if open_page and page is not None and not webbrowser.open(page.absolute().as_uri()):
        say("no browser was found to open it", aside(as_json))
    if picture is not None:
        from search.views.front_picture import save_picture

        save_picture(facts, ended, picture)
        if not as_json:
            say(f"picture: {picture}")
