"""``ulsam-search export``: write the best network within a budget into a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from search.api.pick import Pick
from search.cli.console import (
    INTERRUPTED,
    RUNS,
    STOPPED,
    AllowCode,
    Json,
    RunName,
    Runs,
    aside,
    print_json,
    say,
)
from search.cli.export_checks import check_code, check_int8, check_trial, check_untried
from search.cli.exported import print_figures, print_timed, print_written
from search.cli.formats import Executorch, Portable, formats_of
from search.cli.limits import MaxOf, limits_of
from search.errors import ArgumentError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from search.api.export import Choice
    from search.api.export_untried import UntriedChoice
    from search.api.formats import FormatName
    from spaces import Budgets


_Out = Annotated[Path, typer.Option(help="New folder for the network.")]
_MaxParams = Annotated[str | None, typer.Option(metavar="N", help="Limit on parameters, such as 2.5M.")]
_MaxFlops = Annotated[str | None, typer.Option(metavar="N", help="Limit on FLOPs (multiply-adds), such as 250M.")]
_MaxLatency = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="Limit on the latency of one image, such as 5ms, timed on this machine: on one CPU thread or on the GPU.",
    ),
]
_TimedOn = Annotated[
    str | None, typer.Option(help="Device for --max-latency: cpu or cuda. (default: cuda if available)")
]
_PickOption = Annotated[
    Pick,
    typer.Option(
        help="best: the most accurate network. knee: the network at the sharpest bend of the front. "
        "cheapest-within-1se: the cheapest network within one standard error of the best. The last cost of "
        "search.objectives decides which network is cheapest.",
    ),
]
_Untried = Annotated[
    bool,
    typer.Option(
        "--untried", help="Write an untrained network instead: the network that most likely beats all trained networks."
    ),
]
_Trial = Annotated[
    int | None, typer.Option("--trial", metavar="N", min=0, help="Write the network of trial N instead.")
]
_Control = Annotated[
    bool,
    typer.Option(
        "--control",
        help="Also train a control: the network without its attention and without the blocks that the attention "
        "replaces, trained as in the search. Print the gain in accuracy of the network over the control.",
    ),
]


_Int8 = Annotated[
    bool,
    typer.Option(
        "--int8",
        help="Also write the network in 8-bit integers for ONNX Runtime, and compare it with float32: see quantize.",
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
    trial: _Trial = None,
    untried: _Untried = False,
    control: _Control = False,
    int8: _Int8 = False,
    allow_code: AllowCode = None,
    portable: Portable = True,
    executorch: Executorch = False,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Write the most accurate network within a budget: arch.yaml, weights, ONNX, torch.export and a README.

    With --max-latency, the command first times the trained networks within the other budgets. Use an idle
    machine. The command considers only networks whose weights the run kept. Latency was not an objective of the search,
    so a faster network may be missing. With --untried, the folder contains an arch.yaml for train, and a README with
    the expected accuracy. With --trial, the network of that trial is written, whatever its accuracy.
    """
    from search.api.latency_limit import read_latency
    from spaces import Budgets

    limits = limits_of(max_params, max_flops, max_of)
    budgets = Budgets({name: _count(f"max_{name}", limit) for name, limit in limits.items()})
    most = None if max_latency is None else read_latency(max_latency)
    if trial is not None:
        check_trial(trial, [*limits, *(["latency"] if most is not None else [])], pick, untried=untried)
    if untried:
        check_untried(pick, most, control=control, int8=int8, executorch=executorch)
    if device is not None and most is None:
        raise UsageError("applies only to --max-latency", where=f"--device {device}", remedy="add --max-latency")
    check_code(allow_code, control=control)
    check_int8(int8=int8, portable=portable)
    formats = formats_of(portable=portable, executorch=executorch)
    if untried:
        _export_untried(run, out, budgets, runs, as_json=as_json)
    else:
        _export_trained(
            run,
            out,
            trial,
            budgets,
            pick,
            most,
            device,
            runs,
            formats=formats,
            control=control,
            int8=int8,
            allow_code=allow_code,
            as_json=as_json,
        )


def _count(argument: str, text: str) -> int:
    from spaces import parse_count

    try:
        return parse_count(text)
    except ValueError as error:
        raise ArgumentError(argument, str(error)) from error


def _export_untried(run: str, out: Path, budgets: "Budgets", runs: Path, *, as_json: bool) -> None:
    """Writes the network that most likely beats all that were trained."""
    from search.api.export_untried import export_untried

    with aside(as_json).status("scoring the untrained networks"):
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
        f"{out}: {choice.value}, "
        f"{describe_costs(likely.costs, choice.spec.known_costs)} ({describe_in_full(choice.spec, likely.candidate)})"
    )
    say(f"probability that this network beats {choice.others}: {likely.beats:.0%}")
    say(f"to train this network: {choice.train_command}")


def _export_trained(
    run: str,
    out: Path,
    trial: int | None,
    budgets: "Budgets",
    pick: Pick,
    most: float | None,
    device: str | None,
    runs: Path,
    *,
    formats: "Sequence[FormatName]",
    control: bool,
    int8: bool,
    allow_code: str | None,
    as_json: bool,
) -> None:
    """Writes a network that was trained; ``most``: the most seconds that a call may take."""
    from search.api.export import choose_trial

    beside = aside(as_json)
    if trial is None:
        choice = _chosen(run, out, budgets, pick, most, device, runs, beside)
    else:
        choice = choose_trial(run, out, trial, runs=runs)
    if choice.timed is not None and not as_json:
        print_timed(choice.timed)
    if control:
        from search.api.control import checked_control

        checked_control(choice, allow_code)
    if int8:
        from search.api.quantize import check_data

        check_data(choice)
    with beside.status(escape(f"writing {out}")):
        choice.write(formats)
    if control:
        choice = _with_control(choice, beside, formats, allow_code)
    if int8:
        choice = _with_int8(choice, beside)
    if as_json:
        print_figures(choice)
    else:
        print_written(choice)


def _chosen(
    run: str,
    out: Path,
    budgets: "Budgets",
    pick: Pick,
    most: float | None,
    device: str | None,
    runs: Path,
    beside: "Console",
) -> "Choice":
    from functools import partial

    from search.api.export import choose_network
    from search.cli.timing_bar import timing_bar

    with timing_bar(beside) as on_turn:
        return choose_network(
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


def _with_int8(choice: "Choice", beside: "Console") -> "Choice":
    """Quantizes the exported network, and writes into its folder what that costs and saves."""
    from functools import partial

    from search.api.quantize import quantize_export

    with beside.status(escape(f"quantizing {choice.out}")):
        return quantize_export(choice, on_warning=partial(say, on=beside))


def _with_control(
    choice: "Choice", beside: "Console", formats: "Sequence[FormatName]", allow_code: str | None
) -> "Choice":
    """Trains the network's control, and writes into its folder what the attention gains over that."""
    from pipelines.training.divergence import DivergedError
    from search.api.control import train_control
    from search.cli.training_watcher import TrainingBar

    again = "the network is exported; to train the rest of the control, run the command with another --out"
    try:
        return train_control(choice, formats, TrainingBar(beside), allow_code)
    except DivergedError as error:
        say(f"stopped: the training of the control diverges ({error}); {again}", beside)
        raise typer.Exit(STOPPED) from None
    except KeyboardInterrupt:
        say(f"interrupted; {again}", beside)
        raise typer.Exit(INTERRUPTED) from None
