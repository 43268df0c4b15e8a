"""The networks that share a backbone, a width and a choice of groups: a base and where ULSAM may go on it.

A placement changes nothing outside its own block, so a network's cost is the base's plus one difference
for each placement. That is what makes counting and enumerating a family cheap and exact.
"""

import operator
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, combinations, islice
from random import Random

from spaces.budgets import Limits
from spaces.candidate import Candidate
from spaces.known_cost import KnownCost
from ulsam import Placement

Costs = tuple[int, ...]
"""A number for each known cost, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One possible placement and what it adds to the base's costs (a substitution adds less than nothing)."""

    placement: Placement
    costs: Costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All networks of ``base`` with ``at_least`` to ``at_most`` placements.

    Attributes:
        base: the network without placements.
        costs: of the base.
        blocks: for each block that can take a placement, its options.
    """

    base: Candidate
    costs: Costs
    blocks: tuple[tuple[Option, ...], ...]
    at_least: int
    at_most: int

    @classmethod
    def of(
        cls,
        base: Candidate,
        placements: list[list[Placement]],
        known_costs: Sequence[KnownCost],
        *,
        at_least: int,
        at_most: int,
    ) -> "Family":
        """Builds a family from the valid ``placements`` of each block; a block without any is left out."""
        costs = tuple(cost.count(base) for cost in known_costs)

        def option(placement: Placement) -> Option:
            placed = base.with_placements((placement,))
            added = (cost.count(placed) - own for cost, own in zip(known_costs, costs, strict=True))
            return Option(placement=placement, costs=tuple(added))

        blocks = tuple(tuple(option(placement) for placement in block) for block in placements if block)
        return cls(base=base, costs=costs, blocks=blocks, at_least=at_least, at_most=min(at_most, len(blocks)))

    def count(self) -> int:
        """How many networks the family has, whatever their cost: a sum of elementary symmetric polynomials."""
        by_placed = [1] + [0] * self.at_most
        for block in self.blocks:
            for placed in range(self.at_most, 0, -1):
                by_placed[placed] += by_placed[placed - 1] * len(block)
        return sum(by_placed[self.at_least :])

    def count_within(self, limits: Limits, most: int = 300_000) -> int | None:
        """How many networks are within ``limits``, exactly and without building one.

        Walks the blocks once, keeping how many partial networks there are of each (placements, costs).
        None: there are more than ``most`` different partial costs, too many to walk.
        """
        # Costs without a limit are left out, so that fewer partial costs differ.
        limited = [index for index, limit in enumerate(limits) if limit is not None]
        limits = tuple(limits[index] for index in limited)
        blocks = [[tuple(option.costs[index] for index in limited) for option in block] for block in self.blocks]
        partial: Counter[tuple[int, Costs]] = Counter({(0, tuple(self.costs[index] for index in limited)): 1})
        for block in blocks:
            longer: Counter[tuple[int, Costs]] = Counter()
            for (placed, costs), ways in partial.items():
                if placed < self.at_most:
                    for option in block:
                        longer[placed + 1, add(costs, option)] += ways
            partial.update(longer)
            if len(partial) > most:
                return None
        return sum(
            ways for (placed, costs), ways in partial.items() if placed >= self.at_least and within(costs, limits)
        )

    def feasible(self, limits: Limits) -> bool:
        """Whether any network of the family is within ``limits``."""
        return next(self._smallest_option_sets(limits), None) is not None

    def smallest_costs(self) -> Costs:
        """The least of each cost among the networks of the family."""
        return tuple(own - self._most(index, -1) for index, own in enumerate(self.costs))

    def largest_costs(self) -> Costs:
        """The most of each cost among the networks of the family."""
        return tuple(own + self._most(index, 1) for index, own in enumerate(self.costs))

    def _most(self, cost: int, sign: int) -> int:
        """The most that placements can add to a cost (``sign`` 1) or save of it (-1)."""
        changes: list[int] = [max(sign * option.costs[cost] for option in block) for block in self.blocks]
        best = sorted(changes, reverse=True)[: self.at_most]
        return sum(best[: self.at_least]) + sum(change for change in best[self.at_least :] if change > 0)

    def networks(self, limits: Limits = ()) -> Iterator[Candidate]:
        """Every network within ``limits``, each once: fewest placements first, then by the first block."""
        for placed in range(self.at_least, self.at_most + 1):
            for options in self._choices(limits, placed):
                yield self.network(options)

    def _choices(self, limits: Limits, placed: int) -> Iterator[tuple[Option, ...]]:
        """Every choice of ``placed`` options within ``limits``.

        A beginning that even its cheapest end takes over a limit is not walked to its ends, so the first few
        are found quickly in a large space where few networks are within the limits.
        """
        least = self._least_to_add(placed)

        def walk(start: int, chosen: tuple[Option, ...], costs: Costs) -> Iterator[tuple[Option, ...]]:
            left = placed - len(chosen)
            if not within(add(costs, least[start][left]), limits):
                return
            if not left:
                yield chosen
                return
            for index in range(start, len(self.blocks) - left + 1):
                for option in self.blocks[index]:
                    yield from walk(index + 1, (*chosen, option), add(costs, option.costs))

        return walk(0, (), self.costs)

    def _least_to_add(self, placed: int) -> list[list[Costs]]:
        """Row ``start``, column ``left``: the least of each cost that ``left`` options from block ``start`` on can add.

        The least of two costs may be of different options.
        """
        tables = []
        for cost in range(len(self.costs)):
            cheapest = [min(option.costs[cost] for option in block) for block in self.blocks]
            starts = range(len(self.blocks) + 1)
            tables.append([[0, *accumulate(sorted(cheapest[start:])[:placed])] for start in starts])
        return [list(zip(*rows, strict=True)) for rows in zip(*tables, strict=True)]

    def sample(self, rng: Random, limits: Limits = (), tries: int = 50) -> Candidate | None:
        """A random network within ``limits``; every number of placements is equally likely to be tried.

        Where ``tries`` draws all fail, grows one from the smallest option sets. None: no network is within them.
        """
        for _ in range(tries):
            placed = rng.randint(self.at_least, self.at_most)
            options = tuple(rng.choice(block) for block in rng.sample(self.blocks, placed))
            if self.allows(options, limits):
                return self.network(options)
        return self._grow(rng, limits)

    def __contains__(self, network: Candidate) -> bool:
        """Whether ``network`` belongs to the family, whatever its cost."""
        placeable = {option.placement for block in self.blocks for option in block}
        return (
            network.with_placements(()) == self.base
            and self.at_least <= len(network.arch.placements) <= self.at_most
            and placeable.issuperset(network.arch.placements)
        )

    def options(self, network: Candidate) -> tuple[Option, ...]:
        """The options that make ``network``, one of the family."""
        by_placement = {option.placement: option for block in self.blocks for option in block}
        return tuple(by_placement[placement] for placement in network.arch.placements)

    def network(self, options: tuple[Option, ...]) -> Candidate:
        """The base with ``options`` placed on it."""
        return self.base.with_placements(tuple(option.placement for option in options))

    def allows(self, options: tuple[Option, ...], limits: Limits) -> bool:
        """Whether the base with ``options`` is within ``limits``."""
        costs = self.costs
        for option in options:
            costs = add(costs, option.costs)
        return within(costs, limits)

    def _grow(self, rng: Random, limits: Limits) -> Candidate | None:
        smallest_sets = list(islice(self._smallest_option_sets(limits), 256))
        if not smallest_sets:
            return None
        options = list(rng.choice(smallest_sets))
        taken = {option.placement.block for option in options}
        free = [block for block in self.blocks if block[0].placement.block not in taken]
        for block in rng.sample(free, rng.randint(0, min(len(free), self.at_most - len(options)))):
            option = rng.choice(block)
            if self.allows((*options, option), limits):
                options.append(option)
        return self.network(tuple(options))

    def _smallest_option_sets(self, limits: Limits) -> Iterator[tuple[Option, ...]]:
        """Placements within ``limits`` that are the cheapest of their block and, but for a lone one, lower a cost.

        There are none only where the whole family is over a limit: a cost is a sum over blocks, so a network
        within the limits stays so when each placement is exchanged for one of its block that costs no more (a
        substitution, the fewest groups) and when those that lower no cost are taken away.
        """
        cheapest = [option for block in self.blocks for option in _non_dominated(block)]
        lowering = [option for option in cheapest if min(option.costs) < 0]
        sizes = range(self.at_least, min(self.at_most, len(lowering)) + 1)
        candidates = chain.from_iterable(combinations(lowering, size) for size in sizes)
        lone = ((option,) for option in cheapest if option not in lowering and self.at_most > 0)
        return (
            options
            for options in chain(candidates, lone)
            if _of_different_blocks(options) and self.allows(options, limits)
        )


def add(costs: Costs, more: Costs) -> Costs:
    """The sum of each cost."""
    return tuple(map(operator.add, costs, more))


def within(costs: Costs, limits: Limits) -> bool:
    """Whether each cost is at most its limit; a cost equal to its limit is."""
    # With no limits at all the shorter one is empty.
    return all(limit is None or cost <= limit for cost, limit in zip(costs, limits, strict=False))


def _non_dominated(block: Sequence[Option]) -> list[Option]:
    """The options of a block that no other undercuts in all costs; of equal ones the first."""
    found: list[Option] = []
    for option in sorted(block, key=lambda option: option.costs[::-1]):
        if not any(within(cheaper.costs, option.costs) for cheaper in found):
            found.append(option)
    return found


def _of_different_blocks(options: Sequence[Option]) -> bool:
    return len({option.placement.block for option in options}) == len(options)
