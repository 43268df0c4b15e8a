"""``ulsam-search front``: look at the Pareto front of a run."""

import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.console import RUNS, Json, RunName, Runs, aside, console, print_json, say
from search.cli.int8_table import print_int8_front

if TYPE_CHECKING:
    from search.api.front import SearchFront
    from search.api.int8_front import QuantizedTrial


def front(
    run: RunName,
    page: Annotated[Path | None, typer.Option(help="Write an interactive HTML page to this file.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Write a picture to this file: .png, .svg or .pdf.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Write the page and open it in the browser.")] = False,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Also quantize each network of the front to 8-bit integers, and show its accuracy, size and latency.",
        ),
    ] = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show the Pareto front: the networks that no other network beats in both accuracy and cost.

    The command reads only the record, so it works during a search and after it. --int8 also needs the weights and the
    data, and takes several seconds per network.
    """
    from search.api.front import front as front_of
    from search.api.outputs import check_output
    from search.render.endings import PAGE_ENDINGS, PICTURE_ENDINGS

    if page is not None:
        check_output("page", page, PAGE_ENDINGS)
    if picture is not None:
        check_output("picture", picture, PICTURE_ENDINGS)
    found = front_of(run, runs)
    quantized = _quantize(run, runs, as_json=as_json) if int8 else None
    if open_page and page is None:
        page = found.folder / "front.html"
    if as_json:
        _print_figures(found, quantized)
    else:
        _show(found)
        if quantized is not None:
            print_int8_front(quantized)
    if page is not None:
        found.save_page(page)
        if not as_json:
            say(f"page: {page}")
    if open_page and page is not None and not webbrowser.open(page.absolute().as_uri()):
        say("no browser was found to open the page", aside(as_json))
    if picture is not None:
        found.save_picture(picture)
        if not as_json:
            say(f"picture: {picture}")


def _quantize(run: str, runs: Path, *, as_json: bool) -> "tuple[QuantizedTrial, ...]":
    from functools import partial

    from search.api.int8_front import int8_front

    beside = aside(as_json)
    with beside.status("quantizing the front") as status:
        return int8_front(
            run,
            runs,
            on_network=lambda done, networks: status.update(f"quantizing the front: {done} of {networks} networks"),
            on_warning=partial(say, on=beside),
        )


def _print_figures(found: "SearchFront", quantized: "tuple[QuantizedTrial, ...] | None") -> None:
    from search.render.front_table import front_rows
    from search.render.gain_words import control_figures, won_figures

    print_json(
        {
            "name": found.spec.name,
            "trials": len(found.trials),
            "budgets": found.spec.budgets.model_dump(),
            "hypervolume": found.hypervolume,
            "reference": found.spec.reference.to_dict(found.spec.objectives),
            "remaining": None if found.remaining is None else asdict(found.remaining),
            "won": won_figures(found.spec, found.trials),
            "over_control": control_figures(found.spec, found.trials, found.final_evaluations),
            "front": [row.to_dict() for row in front_rows(found.spec, found.trials)],
            **({} if quantized is None else {"int8": [one.to_dict() for one in quantized]}),
            "taken_home": [final.to_dict() for final in found.final_evaluations],
        }
    )


def _show(found: "SearchFront") -> None:
    from search.render.evaluation_table import final_table
    from search.render.front_table import terminal_table
    from search.render.gain_words import controls_in_words, won_in_words

    spec = found.spec
    console.print(terminal_table(spec, found.trials))
    for line in (
        *won_in_words(spec, found.trials),
        *controls_in_words(spec, found.trials, found.final_evaluations),
    ):
        say(line)
    worst, limits = spec.reference_in_words, spec.budgets_in_words
    say(f"hypervolume {found.hypervolume:.4f} (reference point: {worst}; budgets: {limits})")
    if found.remaining is not None:
        say(f"hypervolume still to gain: {found.remaining}")
    if found.final_evaluations:
        console.print(final_table(spec, found.final_evaluations))
