"""The networks of a planned search, for a terminal and for programs, with remarks on the space."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from search.render.blocks import blocks_of
from search.study.spec import StudySpec
from spaces import Candidate, SearchSpace
from spaces.family import Family
from spaces.space_sample import SpaceSample, Ties
from ulsam import Placement
from ulsam.arch import CHANNEL_ATTENTION

_NEAR = 0.8  # of a budget
_SMALL = 2  # pixels of a map's height and width


def space_figures(spec: StudySpec, space_sample: SpaceSample, ties: Ties) -> dict[str, Any]:
    """Returns for JSON what :func:`space_table` shows; ``within_budgets`` is None where they are too many to count.

    Args:
        spec: the search.
        space_sample: the ``looked_at`` networks that the costs are of: all in budget (``whole``), or a sample.
        ties: how many of these networks cost the same.
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
    """Returns a table of the space of a search: how many networks it has, and what they cost.

    Args:
        spec: the search.
        space_sample: the networks that the costs are of: all within the budgets, or a sample.
        ties: how many of these networks cost the same.
    """
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
    """Returns advice where no network uses over 80% of a budget; None: no advice.

    Args:
        spec: the search.
        space_sample: its networks, or a sample of them.
    """
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
        if size <= _SMALL and placement.attention not in CHANNEL_ATTENTION:
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
        return words + "at these blocks, replacing a block has nearly the same effect as removing the block"
    return words + f"set space.placements.min_map to {_SMALL + 1}, or train on larger images"
