"""``ulsam-search plan``: what a search would do and take, before it does anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from search.cli.absent import SEARCHED, say_absent
from search.cli.asked import facts_of, pretrained_of
from search.cli.console import (
    RUNS,
    Json,
    Runs,
    aside,
    check_output,
    chosen_device,
    console,
    device_name,
    fetched,
    inherited_figures,
    print_json,
    say,
    say_if_busy,
    say_inherited,
)

if TYPE_CHECKING:
    import torch

    from search.record.facts import StudyFacts
    from search.record.forecast import AtOnce
    from search.strategy.survey import Survey
    from search.views.plan import Timing

_LEFT_OUT = (
    "left out: reading images, starting workers, what trials at once take from each other, what stops early saves"
)
_CUDA_STEPS, _CUDA_WARMUP = 20, 5  # short, and the first ones choose their kernels


def plan(
    settings: Annotated[Path, typer.Argument(metavar="SEARCH.YAML", help="As for launch.")],
    picture: Annotated[
        Path | None, typer.Option(help="Draw parameters against FLOPs into this file: .png, .svg or .pdf.")
    ] = None,
    no_timing: Annotated[bool, typer.Option("--no-timing", help="Show costs alone, no times.")] = False,
    device: Annotated[
        str | None, typer.Option(help="Time on cpu or cuda. (default: cuda if resources.gpus says so, else cpu)")
    ] = None,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Show what a search would do: its networks, their costs, and the hours that training them takes.

    A few training steps on random images are timed. Nothing is trained, and nothing is written but the picture.
    """

    from pipelines.storage.manifest import verify
    from search.record.reach import most_trials
    from search.run.warm_start import reusable
    from search.settings import read_settings
    from search.strategy.survey import Survey, count_ties
    from search.views.cost_plane import save_cost_plane
    from search.views.endings import PICTURE_ENDINGS
    from search.views.plan import (
        forecast_names,
        forecast_table,
        price_lines,
        small_maps_in_words,
        space_figures,
        space_table,
        too_few_networks,
        unfitting_groups,
        unused_budget,
    )

    if picture is not None:
        check_output("--picture", picture, PICTURE_ENDINGS)
    wanted = read_settings(settings)
    data = fetched(wanted.data, aside(as_json))
    manifest = verify(data)
    facts = facts_of(settings, wanted, manifest)
    earlier = reusable(runs, facts)
    _, inherited = pretrained_of(settings, wanted, facts)
    where = None if no_timing else _device(device, facts)
    survey, images = Survey.of(facts.search_space, seed=facts.search.seed), manifest.splits["train"].images
    ties = count_ties(survey)
    adopted = [taken.trial for taken in earlier.trials]
    at_most = most_trials(facts, facts.search.trials + len(adopted), adopted) - len(adopted)
    if picture is not None:
        save_cost_plane(facts, survey, picture)
    say_absent(data, SEARCHED, aside(as_json))
    if as_json:
        timing = None if where is None else _timing(_on(where, facts), survey, images, where, at_most, aside(as_json))
        print_json(
            {
                "name": facts.name,
                "trials": facts.search.trials,
                "trials_at_most": at_most,
                "budgets": facts.budgets.model_dump(),
                "space": space_figures(facts, survey, ties),
                "taken_over": len(earlier.trials),
                "trained_again": len(earlier.again),
                "inherited": [
                    {"backbone": trunk.backbone, "width": trunk.width, **inherited_figures(inheritance)}
                    for trunk, inheritance in inherited.items()
                ],
                "timing": None if timing is None else timing.to_dict(),
            }
        )
        return
    for trunk, inheritance in inherited.items():
        say_inherited(f"{trunk.backbone} x{trunk.width:g}", inheritance)
    for line in earlier.in_words(facts):
        say(line)
    console.print(space_table(facts, survey, ties))
    space = facts.search_space
    for words in (
        unfitting_groups(space),
        small_maps_in_words(space),
        unused_budget(facts, survey),
        too_few_networks(facts, at_most),
    ):
        if words is not None:
            say(words)
    if picture is not None:
        say(f"picture: {picture}")
    if where is not None:
        timing = _timing(_on(where, facts), survey, images, where, at_most, console)
        console.print(forecast_table(facts, timing.networks))
        for line in forecast_names(timing.networks):
            say(line)
        say(timing.in_words)
        for line in price_lines(timing.price, timing.at_once, facts.search.rungs_of(facts.recipe.epochs)):
            say(line)
        say(_LEFT_OUT)


def _device(device: str | None, facts: "StudyFacts") -> "torch.device":
    """Where to time; all that could be refused is refused here, before anything is shown."""
    import torch

    from search.errors import UsageError

    if device is None and facts.resources.gpus and not torch.cuda.is_available():
        raise UsageError(
            f"resources.gpus: {facts.resources.gpus:g}, but torch finds no GPU here to time on; "
            "plan with --no-timing, or with --device cpu for the times of a CPU"
        )
    where = chosen_device(device or ("cuda" if facts.resources.gpus else "cpu"))
    _at_once(_on(where, facts))
    return where


def _at_once(facts: "StudyFacts") -> "AtOnce":
    """How many trials this machine runs at once; of a container it is the share, as Ray counts.

    Raises:
        UsageError: as many as fit are asked for, and none does.
    """
    import torch
    from joblib import cpu_count

    from search.record.forecast import AtOnce

    return AtOnce.of(facts, cpus=cpu_count(), gpus=torch.cuda.device_count())


def _on(where: "torch.device", facts: "StudyFacts") -> "StudyFacts":
    """The search as it would be there: on a CPU nobody asks for a GPU."""
    if where.type == "cuda" or not facts.resources.gpus:
        return facts
    return facts.model_copy(update={"resources": facts.resources.model_copy(update={"gpus": 0})})


def _timing(
    facts: "StudyFacts", survey: "Survey", train_images: int, where: "torch.device", trials: int, on: Console
) -> "Timing":
    """Times a few steps; what follows for a trial and for all ``trials``."""
    from dataclasses import replace

    from pipelines.measuring.timing import StepConditions, time_training_steps
    from pipelines.training.micro_batches import out_of_memory
    from search.errors import UsageError
    from search.record.forecast import Price, StepModel, Work
    from search.views.plan import Forecast, Timing
    from ulsam import build_model

    say_if_busy(where, on)
    work = Work.of(facts, train_images)
    recipe = replace(facts.recipe, batch_size=work.batch_size)
    conditions = StepConditions(device=where.type, threads=facts.resources.cpus)
    if where.type == "cuda":
        conditions = replace(conditions, repeats=_CUDA_STEPS, warmup=_CUDA_WARMUP)
    chosen = list(survey.cheapest_to_dearest())
    models = [build_model(survey.archs[index], recipe.input_size) for index in chosen]
    try:
        measured = time_training_steps(models, recipe, facts.data.image_size, conditions)
    except RuntimeError as error:
        if not out_of_memory(error):
            raise
        raise UsageError(
            f"training.batch_size: {recipe.batch_size} images of {recipe.input_size} px do not fit into the memory of "
            f"{device_name(where)}; ask for less, or plan with --no-timing"
        ) from None
    steps = StepModel.fit([int(survey.costs["flops"][index]) for index in chosen], [step.median for step in measured])
    seconds = steps.seconds(survey.costs["flops"])
    forecasts = tuple(
        Forecast(
            arch=survey.archs[index],
            params=int(survey.costs["params"][index]),
            flops=int(survey.costs["flops"][index]),
            measured=step,
            step=float(seconds[index]),
            trial=float(seconds[index]) * work.steps,
        )
        for index, step in zip(chosen, measured, strict=True)
    )
    at_once = _at_once(facts)
    return Timing(
        device=device_name(where),
        conditions=conditions,
        batch_size=recipe.batch_size,
        input_size=recipe.input_size,
        steps=steps,
        networks=forecasts,
        price=Price.of(facts, float(seconds.mean()) * work.steps, at_once.trials, trials),
        at_once=at_once,
    )
