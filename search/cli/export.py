"""``ulsam-search export``: write the best network within a budget into a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from search.api.formats import FORMAT_NAMES
from search.api.pick import Pick
from search.cli.console import INTERRUPTED, RUNS, STOPPED, Json, Portable, RunName, Runs, aside, print_json, say
from search.cli.limits import MaxOf, limits_of
from search.command import command
from search.errors import ArgumentError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from search.api.export import Choice, TimedChoice, UntriedChoice
    from spaces import Budgets


_Out = Annotated[Path, typer.Option(help="New folder for the network.")]
_MaxParams = Annotated[str | None, typer.Option(metavar="N", help="Most parameters, such as 2.5M.")]
_MaxFlops = Annotated[str | None, typer.Option(metavar="N", help="Most FLOPs (multiply-adds), such as 250M.")]
_MaxLatency = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Longest that one image may take, such as 5ms: timed here, on one CPU thread or a GPU."
    ),
]
_TimedOn = Annotated[
    str | None, typer.Option(help="Where --max-latency is timed: cpu or cuda. (default: cuda where there is one)")
]
_PickOption = Annotated[
    Pick,
    typer.Option(
        help="best: the most accurate. knee: where the front bends most. cheapest-within-1se: the cheapest that is "
        "at most a standard error less accurate than the best. Cheap is what has little of the last of "
        "search.objectives.",
    ),
]
_Untried = Annotated[
    bool,
    typer.Option("--untried", help="Instead, the network that was never trained and most likely beats all that were."),
]


_Control = Annotated[
    bool,
    typer.Option(
        "--control",
        help="Train the network as well with the blocks left out that its attention replaces, as the search trained "
        "it, and say what the attention gains over that.",
    ),
]


def export(
    run: RunName,
    out: _Out,
    max_params: _MaxParams = None,
    max_flops: _MaxFlops = None,
    max_of: MaxOf = None,
    max_latency: _MaxLatency = None,
    device: _TimedOn = None,
    pick: _PickOption = "best",
    untried: _Untried = False,
    control: _Control = False,
    portable: Portable = True,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Write the most accurate network within a budget: arch.yaml, weights, ONNX, torch.export and a README.

    With --max-latency the trained networks within the other budgets are timed first, by turns; nothing else should
    run meanwhile. With --untried there is an arch.yaml for train and a README that says what to expect.
    """
    from search.api.latency_limit import read_latency
    from spaces import Budgets

    limits = limits_of(max_params, max_flops, max_of)
    budgets = Budgets({name: _count(f"max_{name}", limit) for name, limit in limits.items()})
    most = None if max_latency is None else read_latency(max_latency)
    if untried:
        _check_untried(pick, most, control=control)
    if device is not None and most is None:
        raise UsageError("says where to time networks", where=f"--device {device}", remedy="give --max-latency as well")
    if untried:
        _export_untried(run, out, budgets, runs, as_json=as_json)
    else:
        _export_trained(
            run, out, budgets, pick, most, device, runs, portable=portable, control=control, as_json=as_json
        )


def _check_untried(pick: Pick, most: float | None, *, control: bool) -> None:
    """Refuses what says nothing of networks that were never trained."""
    if pick != "best":
        raise UsageError(
            "is about networks that were trained", where=f"--pick {pick}", remedy="leave out either that or --untried"
        )
    if control:
        raise UsageError(
            "is about a network that was trained", where="--control", remedy="leave out either that or --untried"
        )
    if most is not None:
        raise UsageError(
            "is about networks that were trained",
            where="--max-latency",
            remedy="the untried ones are too many to time. Leave it out, and time what --untried proposes with "
            "ulsam-search latency",
        )


def _count(argument: str, text: str) -> int:
    from spaces import parse_count

    try:
        return parse_count(text)
    except ValueError as error:
        raise ArgumentError(argument, str(error)) from error


def _export_untried(run: str, out: Path, budgets: "Budgets", runs: Path, *, as_json: bool) -> None:
    """Writes the network that most likely beats all that were trained."""
    from search.api.export import export_untried

    with aside(as_json).status("looking at the untried networks"):
        choice = export_untried(run, out, budgets=budgets, runs=runs)
    likely = choice.untried
    if as_json:
        print_json({"out": str(out), "arch_id": likely.candidate.arch.arch_id, "untried": likely.to_dict()})
        return
    _print_expected(choice, out)


def _print_expected(choice: "UntriedChoice", out: Path) -> None:
    from search.render.network_words import describe_in_full
    from spaces import describe_costs

    likely = choice.untried
    say(
        f"{out}: {choice.value} expected, "
        f"{describe_costs(likely.costs, choice.spec.known_costs)} ({describe_in_full(choice.spec, likely.candidate)})"
    )
    say(f"it beats {choice.others} with a probability of {likely.beats:.0%}")
    say(f"train it: {choice.train_command}")


def _export_trained(
    run: str,
    out: Path,
    budgets: "Budgets",
    pick: Pick,
    most: float | None,
    device: str | None,
    runs: Path,
    *,
    portable: bool,
    control: bool,
    as_json: bool,
) -> None:
    """Writes a network that was trained; ``most``: the most seconds that a call may take."""
    from functools import partial

    from search.api.export import choose_network
    from search.cli.timing_bar import timing_bar

    beside = aside(as_json)
    with timing_bar(beside) as on_turn:
        choice = choose_network(
            run,
            out,
            budgets=budgets,
            pick=pick,
            max_latency=most,
            device=device,
            runs=runs,
            on_warning=partial(say, on=beside),
            on_turn=on_turn,
        )
    if choice.timed is not None and not as_json:
        _print_timed(choice.timed)
    if control:
        from search.api.control import checked_control

        checked_control(choice)
    with beside.status(escape(f"writing {out}")):
        choice.write(FORMAT_NAMES if portable else ())
    if control:
        choice = _with_control(choice, beside, portable=portable)
    if as_json:
        _print_figures(choice)
    else:
        _print_written(choice)


def _with_control(choice: "Choice", beside: "Console", *, portable: bool) -> "Choice":
    """Trains the network's control, and writes into its folder what the attention gains over that."""
    from pipelines.training.divergence import DivergedError
    from search.api.control import train_control
    from search.cli.training_watcher import TrainingBar

    again = "the network is exported; with another --out, --control trains what is left"
    try:
        return train_control(choice, FORMAT_NAMES if portable else (), TrainingBar(beside))
    except DivergedError as error:
        say(f"stopped: without the blocks the training diverges ({error}); {again}", beside)
        raise typer.Exit(STOPPED) from None
    except KeyboardInterrupt:
        say(f"interrupted; {again}", beside)
        raise typer.Exit(INTERRUPTED) from None


def _print_timed(timed: "TimedChoice") -> None:
    from search.api.latency_limit import format_latency

    most, seconds = timed.most, [latency.median for latency in timed.latencies.values()]
    enough = sum(one <= most for one in seconds)
    say(
        f"{enough} of {len(seconds)} networks answer within {format_latency(most)}; the fastest takes "
        f"{format_latency(min(seconds))}, the slowest {format_latency(max(seconds))} "
        f"({timed.chosen.conditions}, by turns)"
    )
    if timed.not_timed:
        say(
            f"not timed: {timed.not_timed} more, whose weights are not here: a search keeps those of what may "
            "be on the front"
        )
    if timed.chosen.upper_ms > most * 1e3:
        say(f"a quarter of its calls took {timed.chosen.upper_ms:.3f} ms or longer; is the machine busy?")


def _print_figures(choice: "Choice") -> None:
    timed = choice.timed
    times = (
        []
        if timed is None
        else [
            {"trial": one.number, "arch_id": one.arch.arch_id, "ms": timed.latencies[one.number].median * 1e3}
            for one in timed.networks
        ]
    )
    not_timed = 0 if timed is None else timed.not_timed
    print_json({**choice.figures(), "timed": times, "not_timed": not_timed})


def _print_written(choice: "Choice") -> None:
    from search.render.network_words import describe_in_full
    from spaces import describe_costs

    trial, out = choice.trial, choice.out
    taken = "" if choice.timed is None else f", {choice.timed.chosen.ms:.3f} ms"
    say(
        f"{out}: trial {trial.number}, {trial.value:.2%}, "
        f"{describe_costs(trial.costs, choice.spec.known_costs)}{taken} "
        f"({describe_in_full(choice.spec, trial.candidate)})"
    )
    if len(trial.values) > 1:
        own = f"these weights, of seed {trial.seed}, have {choice.network.measured.accuracy:.2%}"
        say(f"  {trial.value:.2%} is the mean of {len(trial.values)} seeds; {own}")
    measured = choice.network.measured
    for gain in (measured.over_plain, measured.over_best_plain, measured.over_control):
        if gain is not None:
            say(f"  {gain.said}")
    say(f"  {', '.join(sorted(file.name for file in out.iterdir()))}")
    say(f"score it: {command('evaluate', out)}")
