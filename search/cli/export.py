"""``ulsam-search export``: take the best network within a budget home."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from search.cli.console import (
    RUNS,
    Json,
    Portable,
    Run,
    Runs,
    aside,
    chosen_device,
    device_name,
    print_json,
    quieten_optuna,
    say,
    say_if_busy,
)
from search.command import command
from search.export.pick import Pick

if TYPE_CHECKING:
    import torch

    from pipelines.measuring.latency import Latency
    from search.record.folder import RunFolder
    from search.record.result import TrialRecord
    from search.record.study import StudyRecord
    from spaces import Budgets
    from ulsam import ArchConfig


def export(
    run: Run,
    out: Annotated[Path, typer.Option(help="New folder for the network.")],
    max_params: Annotated[str | None, typer.Option(metavar="N", help="Most parameters, such as 2.5M.")] = None,
    max_flops: Annotated[
        str | None, typer.Option(metavar="N", help="Most FLOPs (multiply-adds), such as 250M.")
    ] = None,
    max_latency: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Longest that one image may take, such as 5ms: timed here, on one CPU thread or a GPU."
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="Where --max-latency is timed: cpu or cuda. (default: cuda where there is one)")
    ] = None,
    pick: Annotated[
        Pick,
        typer.Option(
            help="best: the most accurate. knee: where the front bends most. cheapest-within-1se: the one with the "
            "fewest FLOPs that is at most a standard error less accurate than the best.",
        ),
    ] = "best",
    untried: Annotated[
        bool,
        typer.Option(
            "--untried", help="Instead, the network that was never trained and most likely beats all that were."
        ),
    ] = False,
    portable: Portable = True,
    as_json: Json = False,
    runs: Runs = RUNS,
) -> None:
    """Write the most accurate network within a budget: arch.yaml, weights, ONNX, torch.export and a README.

    With --max-latency the trained networks within the other budgets are timed first, by turns; nothing else should
    run meanwhile. With --untried there is an arch.yaml for train and a README that says what to expect.
    """
    from search.errors import UsageError
    from search.export.latency import parse_latency
    from search.export.write import check_new
    from search.record.folder import RunFolder
    from spaces import Budgets, parse_count

    def count(option: str, text: str | None) -> int | None:
        try:
            return None if text is None else parse_count(text)
        except ValueError as error:
            raise UsageError(f"{option}: {error}") from None

    limits = {"params": count("--max-params", max_params), "flops": count("--max-flops", max_flops)}
    budgets = Budgets({name: limit for name, limit in limits.items() if limit is not None})
    try:
        most = None if max_latency is None else parse_latency(max_latency)
    except ValueError as error:
        raise UsageError(f"--max-latency: {error}") from None
    if untried and pick != "best":
        raise UsageError(f"--pick {pick}: is about networks that were trained; leave out either that or --untried")
    if untried and most is not None:
        raise UsageError(
            "--max-latency: is about networks that were trained; the untried ones are too many to time. Leave it out, "
            "and time what --untried proposes with ulsam-search latency"
        )
    if device is not None and most is None:
        raise UsageError(f"--device {device}: says where to time networks; give --max-latency as well")
    where = None if most is None else chosen_device(device)
    folder = RunFolder.find(runs, run)
    record = folder.open_record()
    check_new(out)
    if untried:
        _untried(record, budgets, out, folder.pretrained, as_json=as_json)
    else:
        limit = None if most is None or where is None else (most, where)
        _trained(folder, record, budgets, pick, limit, out, portable=portable, as_json=as_json)


def _untried(record: "StudyRecord", budgets: "Budgets", out: Path, pretrained: Path | None, *, as_json: bool) -> None:
    """Writes the network that most likely beats all that were trained."""
    from dataclasses import asdict

    from search.export.untried import in_words, train_command, write_untried
    from search.record.certainty import with_error
    from search.record.untried import most_likely_better
    from spaces import format_count

    quieten_optuna()
    with aside(as_json).status("looking at the untried networks"):
        likely = most_likely_better(record.facts, record.trials(), budgets)
        write_untried(record.facts, likely, budgets, out, pretrained)
    if as_json:
        expected = {name: value for name, value in asdict(likely).items() if name != "arch"}
        print_json({"out": str(out), "arch_id": likely.arch.arch_id, "untried": expected})
        return
    say(
        f"{out}: {with_error(likely.accuracy, likely.deviation)} expected, {format_count(likely.params)} "
        f"parameters, {format_count(likely.flops)} FLOPs ({likely.arch.arch_id})"
    )
    say(f"it beats {in_words(record.facts, likely, budgets)} with a probability of {likely.beats:.0%}")
    say(f"train it: {train_command(record.facts, out, pretrained)}")


def _trained(
    folder: "RunFolder",
    record: "StudyRecord",
    budgets: "Budgets",
    pick: Pick,
    limit: "tuple[float, torch.device] | None",
    out: Path,
    *,
    portable: bool,
    as_json: bool,
) -> None:
    """Writes a network that was trained; ``limit``: the most seconds that a call may take, and on which device."""
    from pipelines.measuring.processor import processor_name
    from search.export.choose import choose, within_budgets
    from search.export.figures import figures
    from search.export.latency import LatencyLimit, format_latency
    from search.export.timing import latency_section
    from search.export.write import network_of, write_network
    from spaces import format_count

    trials = record.ended()
    section, times, not_timed = None, [], 0
    if limit is None:
        trial = choose(record.facts, trials, budgets, pick)
    else:
        most, device = limit
        within = within_budgets(record.facts, trials, budgets)
        kept = _with_weights(folder, within)
        not_timed = len(within) - len(kept)
        timed = _timed([trial.arch for trial in kept], record.facts.recipe.input_size, device, aside(as_json))
        times = [{"trial": one.number, "arch_id": one.arch.arch_id, "ms": timed[one.arch].median * 1e3} for one in kept]
        seconds = {arch: latency.median for arch, latency in timed.items()}
        trial = choose(record.facts, trials, budgets, pick, LatencyLimit(most=most, measured=seconds))
        section = latency_section(timed[trial.arch], device_name(device), processor_name())
        if not as_json:
            enough = sum(taken <= most for taken in seconds.values())
            say(
                f"{enough} of {len(kept)} networks answer within {format_latency(most)}; the fastest takes "
                f"{format_latency(min(seconds.values()))}, the slowest {format_latency(max(seconds.values()))} "
                f"({section.conditions}, by turns)"
            )
            if not_timed:
                say(
                    f"not timed: {not_timed} more, whose weights are not here: a search keeps those of what may "
                    "be on the front"
                )
            if section.upper_ms > most * 1e3:
                say(f"a quarter of its calls took {section.upper_ms:.3f} ms or longer; is the machine busy?")
    network = network_of(record.facts, trial, section)
    with aside(as_json).status(escape(f"writing {out}")):
        write_network(network, folder.weights(trial.number), out, portable=portable)
    if as_json:
        print_json({**figures(network, out), "timed": times, "not_timed": not_timed})
        return
    taken = "" if section is None else f", {section.ms:.3f} ms"
    say(
        f"{out}: trial {trial.number}, {trial.accuracy:.2%}, {format_count(trial.params)} parameters, "
        f"{format_count(trial.flops)} FLOPs{taken} ({trial.arch.arch_id})"
    )
    if len(trial.readings) > 1:
        own = f"these weights, of seed {trial.seed}, have {network.measured.accuracy:.2%}"
        say(f"  {trial.accuracy:.2%} is the mean of {len(trial.readings)} seeds; {own}")
    say(f"  {', '.join(sorted(file.name for file in out.iterdir()))}")
    say(f"score it: {command('evaluate', out)}")


def _with_weights(folder: "RunFolder", networks: "Sequence[TrialRecord]") -> "list[TrialRecord]":
    """Those that can be taken home: of the others, which can't be on the front, a search deletes the weights."""
    from search.errors import UsageError

    kept = [trial for trial in networks if folder.weights(trial.number).is_file()]
    if not kept:
        raise UsageError(f"{folder.weights(networks[0].number).parent}: the weights are missing")
    return kept


def _timed(
    archs: "Sequence[ArchConfig]", input_size: int, device: "torch.device", on: Console
) -> "dict[ArchConfig, Latency]":
    """How long each network takes, with a bar meanwhile."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from search.export.timing import time_networks

    say_if_busy(device, on)
    columns = (TextColumn("timing {task.fields[networks]} networks"), BarColumn(), TimeRemainingColumn())
    # Drawn between turns alone: a thread that draws would take time from what is timed.
    with Progress(*columns, console=on, transient=True, auto_refresh=False, disable=not on.is_terminal) as progress:
        task = progress.add_task("", total=None, networks=len(archs))

        def show(done: int, turns: int) -> None:
            progress.update(task, completed=done, total=turns, refresh=True)

        return time_networks(archs, input_size, device, show)
