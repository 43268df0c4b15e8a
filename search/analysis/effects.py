"""What a choice changes, on average over networks that differ in it alone: cost exactly, accuracy by the posterior."""

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
    """Of one choice instead of another.

    Attributes:
        pairs: of networks that differ in it alone; costs are of all, the metric is averaged over a sample of many.
        value, low, high: what it changes of the metric in the mean, as a share, and the 95 % interval of that mean.
        costs: by name, what it changes, the least and the most.
        seen: of the pairs those whose networks were both trained.
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
        attention: the mechanism that stands there; empty where the blocks are removed.
    """

    blocks: tuple[int, ...]
    mode: ChangeMode
    attention: str = ""

    @classmethod
    def of(cls, option: Option) -> "ChangedPosition":
        """Where ``option`` is, whatever its g."""
        placement = option.changes[0].placement
        return cls(option.blocks, option.mode, "" if placement is None else placement.attention)


def effects_of_positions(
    fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[ChangedPosition, Effect]:
    """What a change at each position does; ``networks``: the trained ones. Empty where too little is known."""
    pairs: dict[ChangedPosition, list[Pair]] = {}
    for row, network, option in _choices(fitted):
        without = fitted.row(_instead(network, option))
        if without is not None:
            pairs.setdefault(ChangedPosition.of(option), []).append((without, row))
    return {at: _effect(fitted, pairs[at], networks) for at in sorted(pairs)} if fitted.posterior else {}


def effects_of_substitutions(
    fitted: FittedSurrogate, networks: Mapping[Candidate, TrialRecord]
) -> dict[ChangedPosition, Effect]:
    """What attention in place of blocks does beyond leaving them out; empty where none may be left out."""
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
    """What a larger g instead of a smaller changes in networks whose ULSAMs all have one, by the two of them."""
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
    """Networks by row: the tried ones, and of very many others some."""
    tried = fitted.pool_state.tried
    others = np.random.default_rng(0).permutation(np.flatnonzero(~tried))[:_LOOKED_AT]
    for row in (*np.flatnonzero(tried), *np.sort(others)):
        yield int(row), fitted.network(int(row))


def _choices(fitted: FittedSurrogate) -> Iterator[tuple[int, Candidate, Option]]:
    """Some networks by row, each with every choice that it is made of."""
    for row, network in _some(fitted):
        for option in fitted.space.options(network):
            yield row, network, option


def _instead(network: Candidate, option: Option, changes: Iterable[Change] = ()) -> Candidate:
    """``network`` with ``changes`` instead of ``option``."""
    others = (change for change in network.changes if change.block not in option.blocks)
    return network.with_changes((*others, *changes))


def _groups(arch: ArchConfig) -> set[int]:
    """Of its ULSAMs."""
    return {placement.groups for placement in arch.placements if _is_ulsam(placement)}


def _is_ulsam(placement: Placement) -> bool:
    return placement.attention == "ulsam"


def _with_groups(network: Candidate, groups: int) -> Candidate | None:
    """None where the channels of one of its blocks do not divide so."""
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
