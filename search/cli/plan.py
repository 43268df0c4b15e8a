"""``ulsam-search plan``: what a search would do and take, before it does anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from search.cli.class_coverage import print_coverage
from search.cli.console import (
    RUNS,
    AllowCode,
    Json,
    Runs,
    aside,
    console,
    fetched,
    inherited_figures,
    print_json,
    print_start,
    say,
)

if TYPE_CHECKING:
    from search.api.plan import Plan
    from search.render.forecast_table import Timing


def plan(
    settings: Annotated[Path, typer.Argument(metavar="SEARCH.YAML", help="Search file that init writes.")],
    picture: Annotated[
        Path | None, typer.Option(help="Write a plot of the networks by two costs to this file: .png, .svg or .pdf.")
    ] = None,
    no_timing: Annotated[bool, typer.Option("--no-timing", help="Show costs only, without timing.")] = False,
    device: Annotated[
        str | None,
        typer.Option(
            help="Device for timing: cpu or cuda. (default: cuda if resources.gpus is above 0, otherwise cpu)"
        ),
    ] = None,
    allow_code: AllowCode = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show what a search would do: number of networks, their costs, and estimated training time.

    The command times a few training steps on random images, on a CPU in as many processes as trials run at the same
    time. The command trains no network, and writes no file except the picture.
    """
    from functools import partial

    from search.api.outputs import check_output
    from search.api.plan import plan as plan_search
    from search.render.endings import PICTURE_ENDINGS

    beside = aside(as_json)
    if picture is not None:
        check_output("picture", picture, PICTURE_ENDINGS)
    planned = plan_search(
        settings,
        timed=not no_timing,
        device=device,
        allow_code=allow_code,
        runs=runs,
        fetch=partial(fetched, on=beside),
    )
    if picture is not None:
        planned.save_picture(picture)
    print_coverage(planned.coverage, beside)
    warn = partial(say, on=beside)
    if as_json:
        _print_figures(planned, None if no_timing else planned.time(warn))
        return
    _show(planned)
    if picture is not None:
        say(f"picture: {picture}")
    if not no_timing:
        _show_timing(planned, planned.time(warn))


def _print_figures(planned: "Plan", timing: "Timing | None") -> None:
    from search.render.space_table import space_figures

    spec = planned.spec
    print_json(
        {
            "name": spec.name,
            "trials": spec.search.trials,
            "hours": spec.search.hours,
            "trials_at_most": planned.trials_at_most,
            "budgets": spec.budgets.model_dump(),
            "space": space_figures(spec, planned.space_sample, planned.ties),
            "baselines": [baseline.to_dict() for baseline in planned.baselines],
            "metric": spec.metric.name,
            "pretrained": [
                file.model_dump(include={"file", "sha256", "backbone", "width"}) for file in spec.pretrained
            ],
            "folds": None if spec.folds is None else list(spec.folds.images),
            "teacher": _teacher_figures(planned),
            "taken_over": len(planned.earlier.trials),
            "trained_again": len(planned.earlier.again),
            "inherited": [
                {
                    "backbone": plain.arch.backbone,
                    "width": plain.arch.width,
                    "cut_from": planned.start.cut_from(plain),
                    **inherited_figures(inheritance),
                }
                for plain, inheritance in planned.start.inherited.items()
            ],
            "nearly_fresh": planned.start.nearly_fresh,
            "timing": None if timing is None else timing.to_dict(),
        }
    )


def _teacher_figures(planned: "Plan") -> dict[str, object] | None:
    teacher = planned.spec.own_teacher
    if teacher is None:
        return None
    trained_first = planned.teacher is not None
    return {"arch_id": teacher.arch.arch_id, "input_size": teacher.input_size, "trained_first": trained_first}


def _show(planned: "Plan") -> None:
    from search.render.baseline_words import baselines_in_words
    from search.render.fold_words import folds_in_words
    from search.render.metric_words import metric_in_words
    from search.render.pretrained_words import pretrained_in_words
    from search.render.recipe_remarks import recipe_remarks
    from search.render.space_table import (
        small_maps_in_words,
        space_table,
        too_few_networks,
        unfitting_groups,
        unused_budget,
    )

    spec, space = planned.spec, planned.spec.search_space
    say(metric_in_words(spec))
    say(pretrained_in_words(spec.pretrained))
    print_start(planned.start)
    for line in (*planned.earlier.in_words(spec), *planned.start.prior_in_words):
        say(line)
    console.print(space_table(spec, planned.space_sample, planned.ties))
    if (teacher := spec.own_teacher) is not None:
        when = "reused from an earlier run" if planned.teacher is None else "trained first"
        say(f"teacher: {teacher.arch.arch_id} at {teacher.input_size} px, {when}")
    for words in (
        baselines_in_words(spec, planned.baselines) if planned.baselines else None,
        unfitting_groups(space),
        small_maps_in_words(space),
        unused_budget(spec, planned.space_sample),
        too_few_networks(spec, planned.trials_at_most),
        folds_in_words(spec),
        *recipe_remarks(spec),
    ):
        if words is not None:
            say(words)


def _show_timing(planned: "Plan", timing: "Timing") -> None:
    from search.render.forecast_table import forecast_names, forecast_table, price_lines
    from search.render.hours_words import hours_lines

    spec = planned.spec
    console.print(forecast_table(spec, timing.networks))
    for line in forecast_names(spec, timing.networks):
        say(line)
    say(timing.in_words)
    rungs = spec.search.rungs_of(spec.recipe.epochs)
    for line in (*hours_lines(timing), *price_lines(timing.price, timing.at_once, rungs)):
        say(line)
    say(timing.left_out)
