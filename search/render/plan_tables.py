"""The plan of a search, for a terminal and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from pipelines.measuring.timing import StepConditions, StepTime
from search.analysis.forecast import ComputeEstimate, Concurrency, StepModel
from search.render.blocks import blocks_of
from search.render.network_words import describe_in_full
from search.render.words import counted, duration, pixels, significant
from search.study.spec import StudySpec
from spaces import Candidate, SearchSpace
from spaces.family import Family
from spaces.space_sample import SpaceSample, Ties
from ulsam import Placement

_NEAR = 0.8  # of a budget
_SMALL = 2  # pixels of a map's height and width
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
        batch_size, input_sizes: images of a step, and the sizes of the networks' images in pixels.
        steps: predicts the seconds of a step of any network.
        networks: from the cheapest to the most expensive.
        price, at_once: of the whole search.
        hours, trials_in_time: limit on its running time, and how many trials end in time; None: there is no limit.
    """

    device: str
    conditions: StepConditions
    batch_size: int
    input_sizes: tuple[int, ...]
    steps: StepModel
    networks: tuple[Forecast, ...]
    price: ComputeEstimate
    at_once: Concurrency
    hours: float | None = None
    trials_in_time: int | None = None

    @property
    def in_words(self) -> str:
        """The conditions of the measurement, and the predicted time of a step, in words."""
        on_cpu = f"{counted(self.conditions.threads, 'thread')}, " if self.conditions.device == "cpu" else ""
        repeats = min(network.measured.repeats for network in self.networks)
        return (
            f"{self.device}, {on_cpu}batch {self.batch_size}, {pixels(self.input_sizes)}: median of {repeats} steps "
            f"on random images after {counted(self.conditions.warmup, 'warm-up step')}; predicted time of a step: "
            f"{significant(self.steps.base * 1e3)} ms + {significant(self.steps.per_flop * 1e9)} ms per MFLOP"
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns the timing for JSON; the hours in ``price`` are those of the whole search."""
        price = self.price
        return {
            "device": self.device,
            "threads": self.conditions.threads,
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


def space_figures(spec: StudySpec, space_sample: SpaceSample, ties: Ties) -> dict[str, Any]:
    """Returns for JSON what :func:`space_table` shows; ``within_budgets`` is None where they are too many to count.

    Costs and ``ties`` are of the ``looked_at`` networks in ``space_sample``: all in budget (``whole``), or a sample.
    """
    space = spec.search_space
    return {
        "networks": space.count(),
        "within_budgets": spec.networks,
        "looked_at": len(space_sample.networks),
        "whole": space_sample.whole,
        **{
            name: {"least": int(counts.min()), "most": int(counts.max())} for name, counts in space_sample.costs.items()
        },
        "ties": asdict(ties),
        "small_maps": [asdict(found) for found in small_maps(space)],
    }


def space_table(spec: StudySpec, space_sample: SpaceSample, ties: Ties) -> Table:
    """Returns a table of the space of ``spec``: its networks, and the costs and ``ties`` of those in the sample."""
    space, looked_at = spec.search_space, len(space_sample.networks)
    within = spec.networks
    table = Table(title=f"{spec.name}: search space", title_justify="left", show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_row("networks in the space", f"{space.count():,}")
    table.add_row(
        f"within the budgets ({space.budgets.describe(space.known_costs)})",
        "too many to count" if within is None else f"{within:,}",
    )
    table.add_section()
    table.add_row(
        "networks examined" + ("" if space_sample.whole else " (a sample, to which the following rows refer)"),
        f"{looked_at:,}",
    )
    for cost in space.known_costs:
        least, most = int(space_sample.costs[cost.name].min()), int(space_sample.costs[cost.name].max())
        table.add_row(
            f"{cost.label}, lowest to highest",
            f"{cost.format(least)} to {cost.format(most)}",
        )
    at_least = "" if space_sample.whole else "at least "  # a network of a sample may be like one outside it
    labels = " and ".join(cost.label for cost in space.known_costs)
    for which, count in (
        (f"networks that share their exact {labels} with another", ties.exact),
        ("networks whose costs are all within 1% of another's", ties.near),
    ):
        table.add_row(which, f"{at_least}{count:,} ({count / looked_at:.1%})")
    return table


def unused_budget(spec: StudySpec, space_sample: SpaceSample) -> str | None:
    """Returns advice where no network of ``space_sample`` uses over 80% of a budget of ``spec``; None: no advice."""
    space = spec.search_space
    shares = {
        cost.label: int(space_sample.costs[cost.name].max()) / space.budgets.limits[cost.name]
        for cost in space.known_costs
        if cost.name in space.budgets.limits
    }
    if max(shares.values(), default=1.0) > _NEAR:
        return None
    reached = " and ".join(f"{share:.0%} of the {name}" for name, share in shares.items())
    widths = ", ".join(f"{width:g}" for width in spec.space.widths)
    return (
        f"the most expensive networks use only {reached} that the budgets allow: add a width to space.widths "
        f"({widths}) to use more"
    )


def too_few_networks(spec: StudySpec, at_most: int | None) -> str | None:
    """Returns a remark where the space has too few networks for the trials that are requested; None: it has enough.

    Args:
        spec: the search.
        at_most: the number of trials that the space allows; None: time alone limits the search, and the networks are
            too many to count.
    """
    if at_most == 0:
        return "the search reuses trainings of every network within the budgets: no network is left to train"
    if at_most is None or spec.search.trials is None or at_most >= spec.search.trials:
        return None
    return (
        f"search.trials is {spec.search.trials}, but the networks within the budgets allow at most {at_most} trials; "
        "widen the space or the budgets, or reduce search.trials"
    )


def _placements(space: SearchSpace) -> Iterator[tuple[Family, Placement]]:
    """Yields every placement of the space, with each family that may have it."""
    for family in space.families:
        for change in (change for unit in family.units for option in unit for change in option.changes):
            if change.placement is not None:
                yield family, change.placement


def unfitting_groups(space: SearchSpace) -> str | None:
    """Returns a remark with the share of positions that each g fits, for those that do not fit all; None: all do."""
    positions: dict[int, set[tuple[Candidate, int]]] = {}
    for family, placement in _placements(space):
        if placement.attention == "ulsam":
            positions.setdefault(placement.groups, set()).add((family.base, placement.block))
    every: set[tuple[Candidate, int]] = set().union(*positions.values())
    if not every:
        return None
    shares = {groups: len(positions.get(groups, ())) / len(every) for groups in sorted(space.groups)}
    few = ", ".join(f"g={groups} fits {share:.0%}" for groups, share in shares.items() if share < 1)
    return f"g must divide the channels of a block: {few} of the positions (all widths together)" if few else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallMaps:
    """The ``blocks`` of ``backbone`` whose maps are ``size`` pixels high and wide: attention has few positions."""

    backbone: str
    size: int
    blocks: tuple[int, ...]


def small_maps(space: SearchSpace) -> list[SmallMaps]:
    """Returns where attention may be on maps of 2x2 and smaller; mechanisms that weigh only channels do not count."""
    found: dict[tuple[str, int], set[int]] = {}
    sizes = {base: {block.number: block.size for block in blocks_of(base)} for base in space.bases}
    for family, placement in _placements(space):
        size = sizes[family.base][placement.block]
        if size <= _SMALL and placement.attention != "squeeze_excite":
            found.setdefault((family.base.arch.backbone, size), set()).add(placement.block)
    return [
        SmallMaps(backbone=backbone, size=size, blocks=tuple(sorted(blocks)))
        for (backbone, size), blocks in sorted(found.items(), key=lambda item: (item[0][0], -item[0][1]))
    ]


def small_maps_in_words(space: SearchSpace) -> str | None:
    """Returns the placements of :func:`small_maps`, and what to do; None: there are none."""
    blocks = "; ".join(
        f"{found.backbone} at {'block' if len(found.blocks) == 1 else 'blocks'} {', '.join(map(str, found.blocks))} "
        f"({found.size}x{found.size})"
        for found in small_maps(space)
    )
    if not blocks:
        return None
    words = f"attention has few positions to choose from on maps of {_SMALL}x{_SMALL} and smaller: {blocks}; "
    if "remove" in space.modes:  # which may only leave out what space.placements.blocks has
        return words + "replacing a block there is much like removing it"
    return words + "remove these blocks from space.placements.blocks, or train on larger images"


def forecast_table(spec: StudySpec, forecasts: Sequence[Forecast]) -> Table:
    """Returns a table of one to three ``forecasts``, cheapest first: the measured and the predicted times."""
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
    """Returns a name for each of one to three ``forecasts``, cheapest first; the names are too long for a column."""
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
        f"whole search: about {duration(price.hours * 3600)}, {machine}: {price.trials} trials of "
        f"{duration(price.seconds)} on average, {price.at_once} at a time, "
        + ("if none is stopped early" if rungs else "none is stopped early (search.rungs)")
        + (f"; before them, {duration(price.teacher_seconds)} for the teacher" if price.teacher_seconds else ""),
        f"trials at a time: {at_once.trials}, {why}",
    ]


def _gpus(price: ComputeEstimate) -> str:
    return f" and {counted(price.gpus, 'GPU')}" if price.gpus else ""
