"""What ``export`` prints of a trained network."""

from typing import TYPE_CHECKING

from search.cli.console import print_json, say
from search.command import command

if TYPE_CHECKING:
    from search.api.export import Choice, TimedChoice


def print_timed(timed: "TimedChoice") -> None:
    """Prints how many networks are fast enough, and what was not timed."""
    from search.api.latency_limit import format_latency

    most, seconds = timed.most, [latency.median for latency in timed.latencies.values()]
    enough = sum(one <= most for one in seconds)
    say(
        f"{enough} of {len(seconds)} timed networks take at most {format_latency(most)} per image; fastest "
        f"{format_latency(min(seconds))}, slowest {format_latency(max(seconds))} ({timed.chosen.conditions})"
    )
    if timed.not_timed:
        say(
            f"{timed.not_timed} more not timed, because their weights are missing: a search keeps only weights of "
            "networks that may be on the front"
        )
    if timed.chosen.upper_ms > most * 1e3:
        say(f"a quarter of its calls took {timed.chosen.upper_ms:.3f} ms or longer: the machine may be busy")


def print_figures(choice: "Choice") -> None:
    """Prints the network and its scores as JSON."""
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


def print_written(choice: "Choice") -> None:
    """Prints the network, its scores and its files."""
    from search.render.metric_words import metric_value
    from search.render.network_words import describe_in_full
    from search.render.words import counted
    from spaces import describe_costs

    trial, out = choice.trial, choice.out
    taken = "" if choice.timed is None else f", {choice.timed.chosen.ms:.3f} ms"
    say(
        f"{out}: trial {trial.number}, {metric_value(choice.spec, trial.value)}, "
        f"{describe_costs(trial.costs, choice.spec.known_costs)}{taken} "
        f"({describe_in_full(choice.spec, trial.candidate)})"
    )
    measured = choice.network.measured
    if measured.fold is not None:
        own = f"the exported weights (seed {trial.seed}) have {measured.accuracy:.2%} on {measured.fold}"
        seeds = counted(max(1, len(trial.values)), "seed")
        say(f"  {trial.value:.2%} is estimated for all folds, from {seeds}; {own}")
    elif len(trial.values) > 1:
        own = f"the exported weights (seed {trial.seed}) have {measured.accuracy:.2%}"
        say(f"  {trial.value:.2%} is the mean of {len(trial.values)} seeds; {own}")
    for gain in (measured.over_plain, measured.over_best_plain, measured.over_control):
        if gain is not None:
            say(f"  {gain.said}")
    if measured.int8 is not None:
        for line in measured.int8.describe(measured.accuracy):
            say(f"  {line}")
    say(f"  {', '.join(sorted(file.name for file in out.iterdir()))}")
    say(f"to score this network: {command('evaluate', out)}")
