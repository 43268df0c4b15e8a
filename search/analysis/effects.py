"""The effect of a choice, on average over networks that differ in it alone: exact for costs, estimated for accuracy."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from search.analysis.fitted_surrogate import FittedSurrogate
from search.study.trial import TrialRecord
from spaces import Candidate, Change
from spaces.change import ChangeMode
from spaces.option import Option
from ulsam import ArchConfig, Placement

_LOOKED_AT, _PAIRS = 4000, 128
_DRAWS = 1000
_INTERVAL = (0.025, 0.975)

Pair = tuple[int, int]  # rows: without the choice, and with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of one choice instead of another.

    Attributes:
        pairs: how many pairs of networks differ in it alone; costs are of all, the metric is averaged over a sample of
            many.
        value, low, high: the change of the metric in the mean, as a share, and the 95 % interval of that mean.
        costs: by name, the least and the greatest change.
        seen: how many of the pairs have two trained networks.
        better: of these, those in which the second was more accurate.
    """

    pairs: int
    value: float
    low: float
    high: float
    costs: Mapping[str, tuple[int, int]]
    seen: int
    better: int


@dataclass(frozen=True, slots=True, order=True)
class ChangedPosition:
    """What is done at a block, or at a group of blocks that are changed together.

    Attributes:
        blocks: their numbers.
        mode: how they are changed.
        attention: the mechanism; empty where the blocks are removed.
    """

    blocks: tuple[int, ...]
    mode: ChangeMode
    attention: str = ""

    @classmethod
    def of(cls, option: Option) -> "ChangedPosition":
        """Returns the position of ``option``, whatever its g."""
        placement = option.changes[0].placement
        return cls(option.blocks, option.mode, "" if placement is None else placement.attention)


def effects_of_positions(
    fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[ChangedPosition, Effect]:
    """Returns the effect of a change at each position; empty where too little is known.

    Args:
        fitted: the surrogate after the trials.
        networks: the trained networks.
    """
    pairs: dict[ChangedPosition, list[Pair]] = {}
    for row, network, option in _choices(fitted):
        without = fitted.row(_instead(network, option))
        if without is not None:
            pairs.setdefault(ChangedPosition.of(option), []).append((without, row))
    return {at: _effect(fitted, pairs[at], networks) for at in sorted(pairs)} if fitted.posterior else {}


def effects_of_substitutions(
    fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[ChangedPosition, Effect]:
    """Returns the effect of attention in place of blocks instead of leaving them out, by position.

    The result is empty where too little is known, or where the space leaves out no blocks.

    Args:
        fitted: the surrogate after the trials.
        networks: the trained networks.
    """
    if "remove" not in fitted.space.modes:
        return {}
    pairs: dict[ChangedPosition, list[Pair]] = {}
    for row, network, option in _choices(fitted):
        if option.mode == "substitute":
            left_out = fitted.row(_instead(network, option, map(Change, option.blocks)))
            if left_out is not None:
                pairs.setdefault(ChangedPosition.of(option), []).append((left_out, row))
    return {at: _effect(fitted, pairs[at], networks) for at in sorted(pairs)} if fitted.posterior else {}


def effects_of_groups(
    fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[tuple[int, int], Effect]:
    """Returns the effect of a larger g instead of a smaller one, in networks whose ULSAMs all have one g.

    Args:
        fitted: the surrogate after the trials.
        networks: the trained networks.

    Returns:
        By smaller and larger g; empty where too little is known.
    """
    pairs: dict[tuple[int, int], list[Pair]] = {}
    choices = sorted(
        {
            placement.groups
            for _, network in _some(fitted)
            for placement in network.arch.placements
            if _is_ulsam(placement)
        }
    )
    for row, network in _some(fitted):
        own = _groups(network.arch)
        for fewer, more in combinations(choices, 2):
            regrouped = _with_groups(network, more) if own == {fewer} else None
            other = None if regrouped is None else fitted.row(regrouped)
            if other is not None:
                pairs.setdefault((fewer, more), []).append((row, other))
    return {groups: _effect(fitted, pairs[groups], networks) for groups in sorted(pairs)} if fitted.posterior else {}


def _some(fitted: FittedSurrogate) -> Iterator[tuple[int, Candidate]]:
    """Yields networks with their rows: the tried ones, and at most 4,000 of the others."""
    tried = fitted.pool_state.tried
    others = np.random.default_rng(0).permutation(np.flatnonzero(~tried))[:_LOOKED_AT]
    for row in (*np.flatnonzero(tried), *np.sort(others)):
        yield int(row), fitted.network(int(row))


def _choices(fitted: FittedSurrogate) -> Iterator[tuple[int, Candidate, Option]]:
    """Yields some networks with their rows, each once with every choice that it is made of."""
    for row, network in _some(fitted):
        for option in fitted.space.options(network):
            yield row, network, option


def _instead(network: Candidate, option: Option, changes: Iterable[Change] = ()) -> Candidate:
    """Returns ``network`` with ``changes`` instead of ``option``."""
    others = (change for change in network.changes if change.block not in option.blocks)
    return network.with_changes((*others, *changes))


def _groups(arch: ArchConfig) -> set[int]:
    """Returns the numbers of groups of the ULSAMs in ``arch``."""
    return {placement.groups for placement in arch.placements if _is_ulsam(placement)}


def _is_ulsam(placement: Placement) -> bool:
    return placement.attention == "ulsam"


def _with_groups(network: Candidate, groups: int) -> Candidate | None:
    """Returns ``network`` with this g in all ULSAMs; None: the channels of a block are not divisible by it."""
    placements = (
        replace(placement, groups=groups) if _is_ulsam(placement) else placement
        for placement in network.arch.placements
    )
    try:
        return replace(network, arch=replace(network.arch, placements=tuple(placements)))
    except ValueError:
        return None


def _effect(fitted: FittedSurrogate, pairs: list[Pair], networks: Mapping[Candidate, TrialRecord]) -> Effect:
    chosen = [pairs[at] for at in np.random.default_rng(0).permutation(len(pairs))[:_PAIRS]]
    rows, at = np.unique(np.array(chosen, dtype=np.int64), return_inverse=True)
    at = at.reshape(-1, 2)
    drawn = fitted.draw(rows, _DRAWS)
    changes: NDArray[np.float64] = (drawn[:, at[:, 1]] - drawn[:, at[:, 0]]).mean(axis=1)
    low, high = np.quantile(changes, _INTERVAL)
    before, after = np.array(pairs, dtype=np.int64).T
    changed = {name: counts[after] - counts[before] for name, counts in fitted.costs.items()}
    trained = fitted.pool_state.trained
    scores = [
        tuple(networks[one].value for one in map(fitted.network, pair) if one in networks)
        for pair in pairs
        if trained[list(pair)].all()
    ]
    both = [score for score in scores if len(score) == 2]
    return Effect(
        pairs=len(pairs),
        value=float(changes.mean()),
        low=float(low),
        high=float(high),
        costs={name: (int(counts.min()), int(counts.max())) for name, counts in changed.items()},
        seen=len(both),
        better=sum(after > before for before, after in both),
    )
