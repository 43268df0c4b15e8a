"""The networks that share a backbone, a width and a choice of groups: a trunk and where ULSAM may go on it.

A placement changes nothing outside its own block, so a network's cost is the trunk's plus one difference
for each placement. That is what makes counting and enumerating a family cheap and exact.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain, combinations, islice
from random import Random
from typing import Literal, get_args

from spaces.budgets import Budgets
from ulsam import ArchConfig, Placement, count_cost

Cost = Literal["params", "flops"]
_COSTS: tuple[Cost, ...] = get_args(Cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One possible placement and what it adds to the trunk's cost (a substitution adds less than nothing)."""

    placement: Placement
    params: int
    flops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All networks of ``trunk`` with ``at_least`` to ``at_most`` placements.

    Attributes:
        trunk: the network without placements.
        params, flops: the trunk's cost.
        sites: for each block that can take one, its possible placements.
    """

    trunk: ArchConfig
    params: int
    flops: int
    sites: tuple[tuple[Option, ...], ...]
    at_least: int
    at_most: int

    @classmethod
    def of(
        cls, trunk: ArchConfig, placements: list[list[Placement]], input_size: int, *, at_least: int, at_most: int
    ) -> "Family":
        """Builds a family from the valid ``placements`` of each block; a block without any is left out."""
        cost = count_cost(trunk, input_size)

        def option(placement: Placement) -> Option:
            with_it = count_cost(replace(trunk, placements=(placement,)), input_size)
            return Option(placement=placement, params=with_it.params - cost.params, flops=with_it.flops - cost.flops)

        sites = tuple(tuple(option(placement) for placement in block) for block in placements if block)
        return cls(
            trunk=trunk,
            params=cost.params,
            flops=cost.flops,
            sites=sites,
            at_least=at_least,
            at_most=min(at_most, len(sites)),
        )

    def count(self) -> int:
        """How many networks the family has, whatever their cost: a sum of elementary symmetric polynomials."""
        by_placed = [1] + [0] * self.at_most
        for site in self.sites:
            for placed in range(self.at_most, 0, -1):
                by_placed[placed] += by_placed[placed - 1] * len(site)
        return sum(by_placed[self.at_least :])

    def count_within(self, budgets: Budgets, limit: int = 300_000) -> int | None:
        """How many networks are within ``budgets``, exactly and without building one.

        Walks the blocks once, keeping how many partial networks there are of each (placements, cost).
        None: there are more than ``limit`` different partial costs, too many to walk.
        """
        params_count, flops_count = budgets.params is not None, budgets.flops is not None
        partial: Counter[tuple[int, int, int]] = Counter({(0, self.params, self.flops): 1})
        for site in self.sites:
            longer: Counter[tuple[int, int, int]] = Counter()
            for (placed, params, flops), ways in partial.items():
                if placed < self.at_most:
                    for option in site:
                        # A cost without a limit is left as it is, so that fewer partial costs differ.
                        more_params, more_flops = option.params * params_count, option.flops * flops_count
                        longer[placed + 1, params + more_params, flops + more_flops] += ways
            partial.update(longer)
            if len(partial) > limit:
                return None
        return sum(
            ways
            for (placed, params, flops), ways in partial.items()
            if placed >= self.at_least and budgets.allow(params, flops)
        )

    def feasible(self, budgets: Budgets) -> bool:
        """Whether any network of the family is within ``budgets``."""
        return next(self._lean(budgets), None) is not None

    def smallest_cost(self) -> tuple[int, int]:
        """The fewest params and the fewest FLOPs among the networks of the family."""
        return self.params - self._most("params", -1), self.flops - self._most("flops", -1)

    def largest_cost(self) -> tuple[int, int]:
        """The most params and the most FLOPs among the networks of the family."""
        return self.params + self._most("params", 1), self.flops + self._most("flops", 1)

    def _most(self, cost: Cost, sign: int) -> int:
        """The most that placements can add to a cost (``sign`` 1) or save of it (-1)."""
        changes: list[int] = [max(sign * getattr(option, cost) for option in site) for site in self.sites]
        best = sorted(changes, reverse=True)[: self.at_most]
        return sum(best[: self.at_least]) + sum(change for change in best[self.at_least :] if change > 0)

    def networks(self, budgets: Budgets = Budgets()) -> Iterator[ArchConfig]:
        """Every network within ``budgets``, each once: fewest placements first, then by the first block."""
        for placed in range(self.at_least, self.at_most + 1):
            for options in self._choices(budgets, placed):
                yield self.network(options)

    def _choices(self, budgets: Budgets, placed: int) -> Iterator[tuple[Option, ...]]:
        """Every choice of ``placed`` options within ``budgets``.

        A beginning that even its cheapest end takes over budget is not walked to its ends, so the first few
        are found quickly in a large space where few networks are within the budgets.
        """
        least = {cost: self._least_to_add(cost, placed) for cost in _COSTS}

        def walk(start: int, chosen: tuple[Option, ...], params: int, flops: int) -> Iterator[tuple[Option, ...]]:
            left = placed - len(chosen)
            if not budgets.allow(params + least["params"][start][left], flops + least["flops"][start][left]):
                return
            if not left:
                yield chosen
                return
            for index in range(start, len(self.sites) - left + 1):
                for option in self.sites[index]:
                    yield from walk(index + 1, (*chosen, option), params + option.params, flops + option.flops)

        return walk(0, (), self.params, self.flops)

    def _least_to_add(self, cost: Cost, placed: int) -> list[list[int]]:
        """Row ``start``, column ``left``: the least that ``left`` options at the sites from ``start`` on can add."""
        cheapest = [min(getattr(option, cost) for option in site) for site in self.sites]
        return [[0, *accumulate(sorted(cheapest[start:])[:placed])] for start in range(len(self.sites) + 1)]

    def sample(self, rng: Random, budgets: Budgets = Budgets(), tries: int = 50) -> ArchConfig | None:
        """A random network within ``budgets``; every number of placements is equally likely to be tried.

        Where ``tries`` draws all fail, grows one from the leanest networks. None: no network is within them.
        """
        for _ in range(tries):
            placed = rng.randint(self.at_least, self.at_most)
            options = tuple(rng.choice(site) for site in rng.sample(self.sites, placed))
            if self.allows(options, budgets):
                return self.network(options)
        return self._grow(rng, budgets)

    def __contains__(self, arch: ArchConfig) -> bool:
        """Whether ``arch`` belongs to the family, whatever its cost."""
        placeable = {option.placement for site in self.sites for option in site}
        return (
            replace(arch, placements=()) == self.trunk
            and self.at_least <= len(arch.placements) <= self.at_most
            and placeable.issuperset(arch.placements)
        )

    def options(self, arch: ArchConfig) -> tuple[Option, ...]:
        """The options that make ``arch``, a network of the family."""
        by_placement = {option.placement: option for site in self.sites for option in site}
        return tuple(by_placement[placement] for placement in arch.placements)

    def network(self, options: tuple[Option, ...]) -> ArchConfig:
        """The trunk with ``options`` placed on it."""
        return replace(self.trunk, placements=tuple(option.placement for option in options))

    def allows(self, options: tuple[Option, ...], budgets: Budgets) -> bool:
        """Whether the trunk with ``options`` is within ``budgets``."""
        return budgets.allow(
            self.params + sum(option.params for option in options),
            self.flops + sum(option.flops for option in options),
        )

    def _grow(self, rng: Random, budgets: Budgets) -> ArchConfig | None:
        lean = list(islice(self._lean(budgets), 256))
        if not lean:
            return None
        options = list(rng.choice(lean))
        taken = {option.placement.block for option in options}
        free = [site for site in self.sites if site[0].placement.block not in taken]
        for site in rng.sample(free, rng.randint(0, min(len(free), self.at_most - len(options)))):
            option = rng.choice(site)
            if self.allows((*options, option), budgets):
                options.append(option)
        return self.network(tuple(options))

    def _lean(self, budgets: Budgets) -> Iterator[tuple[Option, ...]]:
        """Placements within ``budgets`` that are the cheapest of their block and, but for a lone one, lower the cost.

        There are none only where the whole family is over budget: cost is a sum over blocks, so a network
        within the budgets stays so when each placement is exchanged for its block's cheapest (a
        substitution, the fewest groups) and when those that raise the cost are taken away.
        """
        cheapest = [min(site, key=lambda option: (option.flops, option.params)) for site in self.sites]
        lowering = [option for option in cheapest if option.params < 0 or option.flops < 0]
        sizes = range(self.at_least, min(self.at_most, len(lowering)) + 1)
        candidates = chain.from_iterable(combinations(lowering, size) for size in sizes)
        lone = ((option,) for option in cheapest if option not in lowering and self.at_most > 0)
        return (options for options in chain(candidates, lone) if self.allows(options, budgets))
