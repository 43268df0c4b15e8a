"""The networks that share a backbone, a width and a choice of groups: a base with possible changes at its blocks.

A change has no effect outside its own block, so a network's cost is the base's plus one difference for each change.
Counting and enumerating a family is therefore cheap and exact.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from spaces.budgets import Limits
from spaces.candidate import Candidate
from spaces.change import Change
from spaces.known_cost import KnownCost
from spaces.least_to_add import LeastToAdd
from spaces.option import Costs, Option, Unit, add, non_dominated, within


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All networks of ``base`` with up to ``at_most`` options, one of a unit.

    Attributes:
        base: the network without changes.
        costs: of the base.
        units: for each block, or group of blocks, that can be changed, its options.
        needs_attention: whether a network of the family has at least one option that places attention.
        at_most: options in one network.
    """

    base: Candidate
    costs: Costs
    units: tuple[Unit, ...]
    needs_attention: bool
    at_most: int

    @classmethod
    def of(
        cls,
        base: Candidate,
        choices: Sequence[Sequence[tuple[Change, ...]]],
        known_costs: Sequence[KnownCost],
        *,
        needs_attention: bool,
        at_most: int,
    ) -> "Family":
        """Builds a family and counts its costs.

        Args:
            base: the network without changes.
            choices: for each unit, its valid choices, each with one change for every block of the unit; a unit without
                choices is left out.
            known_costs: the costs that the search counts, in the order shown.
            needs_attention: whether every network of the family places attention.
            at_most: options in one network; lowered to the number of units.
        """
        costs = tuple(cost.count(base) for cost in known_costs)

        def added(change: Change) -> Costs:
            changed = base.with_changes((change,))
            return tuple(cost.count(changed) - own for cost, own in zip(known_costs, costs, strict=True))

        units = tuple(tuple(Option.of(changes, added) for changes in unit) for unit in choices if unit)
        return cls(
            base=base,
            costs=costs,
            units=units,
            needs_attention=needs_attention,
            at_most=min(at_most, len(units)),
        )

    @property
    def at_least(self) -> int:
        """The fewest options in one network."""
        return 1 if self.needs_attention else 0

    def count(self) -> int:
        """Counts the networks of the family, whatever their cost: a sum of elementary symmetric polynomials."""
        by_chosen = [1] + [0] * self.at_most
        for unit in self.units:
            for chosen in range(self.at_most, 0, -1):
                by_chosen[chosen] += by_chosen[chosen - 1] * len(unit)
        return sum(by_chosen) - (self._without_attention().count() if self.needs_attention else 0)

    def count_within(self, limits: Limits, most: int = 300_000) -> int | None:
        """Counts the networks within limits exactly, without building one.

        The count walks the units once and keeps the number of partial networks for each (options, costs).

        Args:
            limits: the most of each known cost.
            most: different partial costs, the greatest number that is walked.

        Returns:
            The number of networks; None: there are more than ``most`` partial costs.
        """
        # Costs without a limit are left out, so that fewer partial costs differ.
        limited = [index for index, limit in enumerate(limits) if limit is not None]
        kept = tuple(limits[index] for index in limited)
        units = [[tuple(option.costs[index] for index in limited) for option in unit] for unit in self.units]
        partial: Counter[tuple[int, Costs]] = Counter({(0, tuple(self.costs[index] for index in limited)): 1})
        for unit in units:
            longer: Counter[tuple[int, Costs]] = Counter()
            for (chosen, costs), ways in partial.items():
                if chosen < self.at_most:
                    for option in unit:
                        longer[chosen + 1, add(costs, option)] += ways
            partial.update(longer)
            if len(partial) > most:
                return None
        found = sum(ways for (_, costs), ways in partial.items() if within(costs, kept))
        if not self.needs_attention:
            return found
        without = self._without_attention().count_within(limits, most)
        return None if without is None else found - without

    def _without_attention(self) -> "Family":
        """Returns the networks that would belong to the family if it did not need attention."""
        return replace(self._with([_removing(unit) for unit in self.units]), needs_attention=False)

    def feasible(self, limits: Limits) -> bool:
        """Whether a network of the family is within ``limits``."""
        return next(self._smallest_option_sets(limits), None) is not None

    def smallest_costs(self) -> Costs:
        """Returns the least of each cost among the networks of the family, which may be of different networks."""
        return tuple(own - self._most(index, -1) for index, own in enumerate(self.costs))

    def largest_costs(self) -> Costs:
        """Returns the most of each cost among the networks of the family, which may be of different networks."""
        return tuple(own + self._most(index, 1) for index, own in enumerate(self.costs))

    def _most(self, cost: int, sign: int) -> int:
        """Returns the most that options can add to a cost (``sign`` 1) or save of it (-1)."""

        def best(options: Sequence[Option]) -> int:
            return max(sign * option.costs[cost] for option in options)

        def most(units: Sequence[Unit], chosen: int) -> int:
            return sum(sorted((max(0, best(unit)) for unit in units), reverse=True)[:chosen])

        if not self.needs_attention:
            return most(self.units, self.at_most)
        return max(
            best(_placing(unit)) + most([other for other in self.units if other is not unit], self.at_most - 1)
            for unit in self.units
            if _placing(unit)
        )

    def networks(self, limits: Limits = ()) -> Iterator[Candidate]:
        """Yields every network within ``limits`` once: fewest options first, then by the first unit."""
        return map(self.network, self._choices(limits))

    def _choices(self, limits: Limits) -> Iterator[tuple[Option, ...]]:
        """Yields every choice of options within ``limits``.

        A beginning is skipped if even its cheapest end is over a limit. The first networks are therefore found quickly
        in a large space with few networks within the limits.
        """
        least = LeastToAdd(self.units, self.at_most, len(self.costs))

        def walk(
            start: int, left: int, needs: bool, chosen: tuple[Option, ...], costs: Costs
        ) -> Iterator[tuple[Option, ...]]:
            to_add = least.of(start, left, needs_attention=needs)
            if to_add is None or not within(add(costs, to_add), limits):
                return
            if not left:
                yield chosen
                return
            for index in range(start, len(self.units) - left + 1):
                for option in self.units[index]:
                    needs_more = needs and not option.has_attention
                    yield from walk(index + 1, left - 1, needs_more, (*chosen, option), add(costs, option.costs))

        for size in range(self.at_least, self.at_most + 1):
            yield from walk(0, size, self.needs_attention, (), self.costs)

    def sample(self, rng: Random, limits: Limits = (), tries: int = 50) -> Candidate | None:
        """Draws a random network; every number of options is equally likely to be tried.

        If all tries fail, the network grows from one of the smallest option sets.

        Args:
            rng: source of random numbers; advanced.
            limits: the most of each known cost; empty: no limits.
            tries: draws before a network is grown instead.

        Returns:
            The network; None: no network is within the limits.
        """
        for _ in range(tries):
            options = self._draw(rng)
            if self.allows(options, limits):
                return self.network(options)
        return self._grow(rng, limits)

    def _draw(self, rng: Random) -> tuple[Option, ...]:
        units = rng.sample(self.units, rng.randint(self.at_least, self.at_most))
        options = [rng.choice(unit) for unit in units]
        if self.needs_attention and not any(option.has_attention for option in options):
            unit = rng.choice([unit for unit in self.units if _placing(unit)])
            options[units.index(unit) if unit in units else 0] = rng.choice(_placing(unit))
        return tuple(options)

    def __contains__(self, network: Candidate) -> bool:
        """Whether ``network`` belongs to the family, whatever its cost."""
        return network.plain == self.base and self.options(network) is not None

    def options(self, network: Candidate) -> tuple[Option, ...] | None:
        """Returns the options that make ``network`` of the family's base; None: the network is not of the family."""
        changes = set(network.changes)
        options = tuple(option for unit in self.units for option in unit if changes.issuperset(option.changes))
        whole = sum(len(option.changes) for option in options) == len(changes)
        has_attention = any(option.has_attention for option in options)
        belongs = whole and len(options) <= self.at_most and (has_attention or not self.needs_attention)
        return options if belongs else None

    def network(self, options: tuple[Option, ...]) -> Candidate:
        """Returns the base with ``options``."""
        return self.base.with_changes(change for option in options for change in option.changes)

    def allows(self, options: tuple[Option, ...], limits: Limits) -> bool:
        """Whether a network is within limits.

        Args:
            options: of the network, one of a unit.
            limits: the most of each known cost; empty: no limits.
        """
        costs = self.costs
        for option in options:
            costs = add(costs, option.costs)
        return within(costs, limits)

    def _grow(self, rng: Random, limits: Limits) -> Candidate | None:
        smallest_sets = list(islice(self._smallest_option_sets(limits), 256))
        if not smallest_sets:
            return None
        options = list(rng.choice(smallest_sets))
        taken = {option.blocks for option in options}
        free = [unit for unit in self.units if unit[0].blocks not in taken]
        for unit in rng.sample(free, rng.randint(0, min(len(free), self.at_most - len(options)))):
            option = rng.choice(unit)
            if self.allows((*options, option), limits):
                options.append(option)
        return self.network(tuple(options))

    def _smallest_option_sets(self, limits: Limits) -> Iterator[tuple[Option, ...]]:
        """Choices within ``limits`` of the cheapest options, of which all but a lone attention lower a cost.

        The result is empty only if the whole family is over a limit, because a cost is a sum over blocks. A network
        within the limits stays within them if each option is replaced by one of its unit and kind that costs no more
        (for attention, a substitution with the fewest groups). It also stays within them if options that lower no cost
        are removed, except for one attention where the family needs it and has no other.
        """
        cheapest = [(*non_dominated(_placing(unit)), *non_dominated(_removing(unit))) for unit in self.units]
        lowering = [[option for option in unit if option.lowers_a_cost] for unit in cheapest]
        yield from self._with(lowering)._choices(limits)
        for at, unit in enumerate(cheapest if self.needs_attention else ()):
            removing = [_removing(other) for other in (*lowering[:at], *lowering[at + 1 :])]
            for lone in (option for option in _placing(unit) if not option.lowers_a_cost):
                begun = replace(
                    self, costs=add(self.costs, lone.costs), needs_attention=False, at_most=self.at_most - 1
                )
                yield from ((lone, *options) for options in begun._with(removing)._choices(limits))

    def _with(self, units: Sequence[Sequence[Option]]) -> "Family":
        """Returns the family with these options alone."""
        left = tuple(tuple(unit) for unit in units if unit)
        return replace(self, units=left, at_most=min(self.at_most, len(left)))


def _placing(options: Sequence[Option]) -> list[Option]:
    return [option for option in options if option.has_attention]


def _removing(options: Sequence[Option]) -> list[Option]:
    return [option for option in options if not option.has_attention]
