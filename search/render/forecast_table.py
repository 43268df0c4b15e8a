"""The predicted time of a planned search, for a terminal and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from pipelines.measuring.timing import StepConditions, StepTime
from search.analysis.forecast import ComputeEstimate, Concurrency, StepModel
from search.render.network_words import describe_in_full
from search.render.words import counted, duration, pixels, significant
from search.study.spec import StudySpec
from spaces import Candidate

_RANKS = {1: ("only network",), 2: ("cheapest", "most expensive"), 3: ("cheapest", "middle", "most expensive")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The costs and the predicted training time of one network.

    Attributes:
        network, costs: the network, and all its known costs, by name.
        measured: seconds of its training step.
        step, trial: predicted seconds of its training step, and of its whole trial.
    """

    network: Candidate
    costs: Mapping[str, int]
    measured: StepTime
    step: float
    trial: float

    def to_dict(self) -> dict[str, Any]:
        """Returns the forecast for JSON."""
        return {
            "arch_id": self.network.arch.arch_id,
            "input_size": self.network.input_size,
            **self.costs,
            "measured_step_seconds": asdict(self.measured),
            "step_seconds": self.step,
            "trial_seconds": self.trial,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The time that training takes, from a few steps.

    Attributes:
        device, conditions: ``cpu`` or the GPU's name, and the conditions that the steps were timed under.
        processes: that were timed at the same time, as concurrent trials train.
        batch_size, input_sizes: images of a step, and the sizes of the networks' images in pixels.
        steps: predicts the seconds of a step of any network.
        networks: from the cheapest to the most expensive.
        price, at_once: of the whole search.
        hours: limit on the running time of the search; None: there is no limit.
    """

    device: str
    conditions: StepConditions
    processes: int
    batch_size: int
    input_sizes: tuple[int, ...]
    steps: StepModel
    networks: tuple[Forecast, ...]
    price: ComputeEstimate
    at_once: Concurrency
    hours: float | None = None

    @property
    def trials_in_time(self) -> int | None:
        """The number of trials that end within ``hours``, however many are requested; None: there is no limit."""
        return None if self.hours is None else self.price.trials_within(self.hours)

    @property
    def left_out(self) -> str:
        """What the predicted times do not include, in words."""
        alone = self.conditions.device != "cpu" and self.price.at_once > 1
        contention = "contention between concurrent trials, " if alone else ""
        return f"not included: reading images, {contention}savings by early stopping"

    @property
    def in_words(self) -> str:
        """The conditions of the measurement, and the predicted time of a step, in words."""
        on_cpu = f"{counted(self.conditions.threads, 'thread')}, " if self.conditions.device == "cpu" else ""
        repeats = min(network.measured.repeats for network in self.networks)
        each = f" in each of {self.processes} concurrent processes" if self.processes > 1 else ""
        return (
            f"{self.device}, {on_cpu}batch {self.batch_size}, {pixels(self.input_sizes)}: median of {repeats} steps "
            f"on random images after {counted(self.conditions.warmup, 'warm-up step')}{each}; predicted time of a "
            f"step: {significant(self.steps.base * 1e3)} ms + {significant(self.steps.per_flop * 1e9)} ms per MFLOP"
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the timing for JSON; the hours in ``price`` are those of the whole search."""
        price = self.price
        return {
            "device": self.device,
            "threads": self.conditions.threads,
            "processes": self.processes,
            "batch_size": self.batch_size,
            "input_sizes": list(self.input_sizes),
            "step_seconds": {"base": self.steps.base, "per_flop": self.steps.per_flop},
            "networks": [network.to_dict() for network in self.networks],
            "at_once": asdict(self.at_once),
            "hours": self.hours,
            "trials_in_time": self.trials_in_time,
            "price": {
                **asdict(price),
                "hours": price.hours,
                "cpu_hours": price.cpu_hours,
                "gpu_hours": price.gpu_hours,
            },
        }


def forecast_table(spec: StudySpec, forecasts: Sequence[Forecast]) -> Table:
    """Returns a table of the measured and the predicted times of networks.

    Args:
        spec: the search.
        forecasts: of one to three networks, cheapest first.
    """
    table = Table(title=f"{spec.name}: one trial", title_justify="left")
    table.add_column("network", no_wrap=True)
    labels = (cost.label for cost in spec.known_costs)
    for column in (*labels, "ms per step (lowest to highest)", "predicted", "time per trial"):
        table.add_column(column, justify="right")
    for rank, forecast in zip(_RANKS[len(forecasts)], forecasts, strict=True):
        measured = forecast.measured
        table.add_row(
            rank,
            *(cost.format(forecast.costs[cost.name]) for cost in spec.known_costs),
            "{} ({} to {})".format(
                *(significant(time * 1e3) for time in (measured.median, measured.lowest, measured.highest))
            ),
            significant(forecast.step * 1e3),
            duration(forecast.trial),
        )
    return table


def forecast_names(spec: StudySpec, forecasts: Sequence[Forecast]) -> list[str]:
    """Returns a name for each network of a forecast; the names are too long for a column.

    Args:
        spec: the search.
        forecasts: of one to three networks, cheapest first.
    """
    ranks = _RANKS[len(forecasts)]
    return [f"{rank}: {describe_in_full(spec, one.network)}" for rank, one in zip(ranks, forecasts, strict=True)]


def price_lines(price: ComputeEstimate, at_once: Concurrency, rungs: Sequence[int]) -> list[str]:
    """Returns the price of the whole search in words.

    Args:
        price: of all trials, where none is stopped, and of the teacher.
        at_once: the trials that run at the same time, and those that fit on this machine.
        rungs: the epochs after which a trial may be stopped; empty: none is stopped.
    """
    hours = price.gpu_hours if price.gpus else price.cpu_hours
    machine = f"{significant(hours)} {'GPU' if price.gpus else 'CPU'}-hours"
    if not at_once.asked:
        why = f"as many as fit on this machine with {counted(price.cpus, 'CPU')}{_gpus(price)} per trial"
    elif at_once.fits_here < at_once.trials:
        why = f"as search.concurrent asks; {at_once.fits_here} fit on this machine"
    else:
        why = "as search.concurrent asks"
    return [
        f"whole search: about {duration(price.hours * 3600)} ({machine}) for {price.trials} trials of "
        f"{duration(price.seconds)} on average, {price.at_once} at a time, "
        + ("if no trial is stopped early" if rungs else "no trial is stopped early (search.rungs)")
        + (f"; before them, {before(price)}" if before(price) else ""),
        f"trials at a time: {at_once.trials}, {why}",
    ]


def before(price: ComputeEstimate) -> str:
    """Returns what takes time before the first trial, in words; empty: nothing.

    Args:
        price: of the whole search.
    """
    parts = ((price.teacher_seconds, "for the teacher"), (price.start_seconds, "for the start of the workers"))
    return " and ".join(f"{duration(seconds)} {what}" for seconds, what in parts if seconds)


def _gpus(price: ComputeEstimate) -> str:
    return f" and {counted(price.gpus, 'GPU')}" if price.gpus else ""
