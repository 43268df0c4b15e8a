"""The search space: the set of networks that may be chosen, every one valid and in one canonical form."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random

from spaces.budgets import Budgets, Limits
from spaces.candidate import Candidate
from spaces.change import Change, ChangeMode
from spaces.conventions import Conventions
from spaces.cost_table import CostTable, NotInSpaceError
from spaces.errors import NoNetworkError, NoPlacementError, SpaceError
from spaces.family import Family
from spaces.known_cost import KNOWN_COSTS, KnownCost, count_known_costs, describe_least
from spaces.option import Option
from spaces.stem_stride import StemStride, stem_stride_for
from spaces.unchangeable import unchangeable
from spaces.valid_changes import ValidChanges
from spaces.widest_fitting import widest_fitting
from ulsam import ArchConfig
from ulsam.arch import Mechanism
from ulsam.backbones import Backbone
from ulsam.widths import same_channels


@dataclass(frozen=True, kw_only=True)
class SearchSpace:
    """Which networks may be chosen.

    Attributes:
        backbones, widths: of the bases, the networks without changes; two widths that round to the same channels
            count once.
        groups: the numbers of subspaces g to choose from, where they divide a block's channels.
        modes: how a block may be changed.
        blocks: the blocks that may be changed; None is all of them.
        together: groups of blocks that are changed alike, as one choice, each in ascending order; they share no block.
        at_most: the most choices other than none in a network; a group counts once.
        shared_groups: one g for all placements of a network, or one for each choice.
        attention: the mechanisms to choose from; a network has one of them.
        min_map: the smallest side of a map, in pixels, that takes attention over positions.
        num_classes: of the data.
        input_sizes: in pixels; a network has one (the resolution multiplier, Howard et al. 2017, section 3.4).
        stem_stride: of the first convolution, or ``auto``: see :func:`stem_stride_for`.
        known_costs: the costs that the search counts, in the order shown.
        budgets: hard limits on some of them.
        baselines: whether the :attr:`fitting_bases` are networks of the space.
        conventions: of the trained weights that networks start from.
    """

    backbones: tuple[Backbone, ...]
    widths: tuple[float, ...]
    groups: tuple[int, ...]
    modes: tuple[ChangeMode, ...]
    blocks: tuple[int, ...] | None
    at_most: int
    shared_groups: bool
    num_classes: int
    input_sizes: tuple[int, ...]
    stem_stride: StemStride
    together: tuple[tuple[int, ...], ...] = ()
    budgets: Budgets = Budgets()
    attention: tuple[Mechanism, ...] = ("ulsam",)
    min_map: int = 1
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS
    baselines: bool = False
    conventions: Conventions = Conventions()

    def count(self) -> int:
        """Counts the networks exactly, whatever their cost and the size of the space."""
        return sum(family.count() for family in self.families)

    def count_within_budgets(self) -> int | None:
        """Counts the networks within the budgets exactly; None: the space is too large."""
        total = 0
        for family in self.feasible_families:
            within = family.count_within(self._limits)
            if within is None:
                return None
            total += within
        return total

    def __iter__(self) -> Iterator[Candidate]:
        """Yields every network within the budgets once, always in the same order."""
        for family in self.families:
            yield from family.networks(self._limits)

    def __contains__(self, network: object) -> bool:
        """Whether ``network`` is one of this space and within its budgets."""
        if not isinstance(network, Candidate):
            return False
        family, options = self._found(network)
        return family is not None and family.allows(options, self._limits)

    def options(self, network: Candidate) -> tuple[Option, ...]:
        """Returns the choices that make ``network`` of its base, whatever its cost.

        Raises:
            NotInSpaceError: the space does not have the network.
        """
        family, options = self._found(network)
        if family is None:
            raise NotInSpaceError(network)
        return options

    def _found(self, network: Candidate) -> tuple[Family | None, tuple[Option, ...]]:
        """Returns the family of ``network`` and its options there."""
        plain = network.plain
        for family in self.families:
            if family.base == plain and (options := family.options(network)) is not None:
                return family, options
        return None, ()

    def check(self) -> None:
        """Checks that there is something to search.

        Raises:
            NoPlacementError: placements are wanted and none is valid.
            NoChangeError: a change of named blocks is not possible in any network.
            NoNetworkError: no network is within the budgets.
        """
        for problem in self.problems():
            raise problem

    def problems(self) -> list[SpaceError]:
        """Returns the reasons why there is nothing to search; empty if there is something."""
        found: list[SpaceError] = []
        searched = self._searched_families
        if self.at_most > 0:
            if self.places_attention and not any(family.needs_attention for family in searched):
                found.append(
                    NoPlacementError(
                        self.backbones,
                        modes=self.modes,
                        groups=self.groups,
                        blocks=self.blocks,
                        input_sizes=self.input_sizes,
                        min_map=self.min_map,
                    )
                )
            else:
                found += unchangeable(
                    searched,
                    self.modes,
                    together=self.together,
                    listed=self.blocks or (),
                    groups=self.groups,
                    min_map=self.min_map,
                )
        if not any(family.feasible(self._limits) for family in searched):
            names = [cost.name for cost in self.known_costs]
            costs = [dict(zip(names, family.smallest_costs(), strict=True)) for family in searched]
            what = (
                f"no network of the space is within {self.budgets.describe(self.known_costs)}; "
                f"{describe_least(costs, self.known_costs)}. "
                "Raise the budgets, or add smaller networks: space.widths, space.input_sizes, and space.stem_stride 2"
            )
            least = {name: min(one[name] for one in costs) for name in names}
            found.append(NoNetworkError(what, least=least))
        return found

    @property
    def places_attention(self) -> bool:
        """Whether networks may have attention: some mode places it."""
        return any(mode != "remove" for mode in self.modes)

    def largest_costs(self) -> dict[str, int]:
        """Returns the largest costs of networks of the space by name, whatever the budgets."""
        largest = zip(*(family.largest_costs() for family in self.families), strict=True)
        return {cost.name: max(counts) for cost, counts in zip(self.known_costs, largest, strict=True)}

    def costs_of(self, network: Candidate) -> dict[str, int]:
        """Returns the costs of ``network`` by name."""
        return count_known_costs(network, self.known_costs)

    def sample(self, rng: Random) -> Candidate:
        """Draws a random network within the budgets; ``rng`` is advanced.

        Bases, then groups, then numbers of choices are drawn evenly, since most networks of a space have the greatest
        number of changes. Bases are those of ``widths``: a sample is the same with and without baselines.

        Raises:
            NoNetworkError: no network is within the budgets.
        """
        feasible = [family for family in self.feasible_families if family.base not in self.fitting_bases]
        if not feasible:
            raise self.problems()[-1]
        base = rng.choice(sorted({_order(family.base) for family in feasible}))
        family = rng.choice([family for family in feasible if _order(family.base) == base])
        network = family.sample(rng, self._limits)
        assert network is not None, "a feasible family has a network within the budgets"
        return network

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The space as disjoint families, in a fixed order."""
        plain = (self._family(base, [], needs_attention=False) for base in self.fitting_bases)
        return (*self._searched_families, *plain)

    @cached_property
    def _searched_families(self) -> tuple[Family, ...]:
        return tuple(family for base in self.bases for family in self._families_of(base))

    @cached_property
    def bases(self) -> tuple[Candidate, ...]:
        """The networks of ``widths`` without changes, whatever their cost, each once."""
        every = product(self.backbones, self.widths, self.input_sizes)
        bases = (self.base(backbone, width, input_size) for backbone, width, input_size in every)
        return tuple(dict.fromkeys(bases))

    @cached_property
    def fitting_bases(self) -> tuple[Candidate, ...]:
        """With ``baselines``, the widest plain network that fits of each backbone and size, if not in ``bases``."""
        if not self.baselines:
            return ()
        found = (self._widest_fitting(*kind) for kind in product(self.backbones, self.input_sizes))
        return tuple(base for base in found if base is not None and base not in self.bases)

    @cached_property
    def plain_networks(self) -> tuple[Candidate, ...]:
        """The networks without changes that are within the budgets, each once."""
        return tuple(base for base in (*self.bases, *self.fitting_bases) if self._allows(base))

    def _allows(self, network: Candidate) -> bool:
        return self.budgets.allow(self.costs_of(network))

    def _widest_fitting(self, backbone: Backbone, input_size: int) -> Candidate | None:
        widest = max(self.widths)
        if self._allows(self.base(backbone, widest, input_size)):
            return None
        width = widest_fitting(widest, lambda width: self._allows(self.base(backbone, width, input_size)))
        return None if width is None else self.base(backbone, width, input_size)

    @cached_property
    def cost_table(self) -> CostTable:
        """Costs many networks of the space at once, whatever the budgets."""
        return CostTable(self.families, [cost.name for cost in self.known_costs])

    @cached_property
    def feasible_families(self) -> tuple[Family, ...]:
        """The families with at least one network within the budgets."""
        return tuple(family for family in self.families if family.feasible(self._limits))

    @cached_property
    def _limits(self) -> Limits:
        return self.budgets.in_order(self.known_costs)

    def base(self, backbone: Backbone, width: float, input_size: int) -> Candidate:
        """Returns the network without changes.

        Args:
            backbone: of the network.
            width: a width multiplier above 0; the first of ``widths`` with the same channels replaces it.
            input_size: height and width of the images in pixels.
        """
        first = next((one for one in self.widths if same_channels(backbone, one, width)), width)
        stride = stem_stride_for(input_size) if self.stem_stride == "auto" else self.stem_stride
        arch = ArchConfig(
            backbone=backbone,
            width=first,
            num_classes=self.num_classes,
            stem_stride=stride,
            convention=self.conventions.of(backbone, first),
        )
        return Candidate(arch=arch, input_size=input_size)

    def _families_of(self, base: Candidate) -> Iterator[Family]:
        valid = ValidChanges(base, self.min_map)
        units = self._units(valid)
        removals = [valid.removals(unit) if "remove" in self.modes else [] for unit in units]
        # Mechanism and g mean nothing to networks without attention: they are a family of their own.
        yield self._family(base, removals, needs_attention=False)
        for mechanism in self.attention if self.at_most > 0 else ():
            for groups in self._choices_of_groups(mechanism):
                placements = [valid.placements(unit, self.modes, groups, mechanism) for unit in units]
                if any(placements):
                    either = [[*placed, *removed] for placed, removed in zip(placements, removals, strict=True)]
                    yield self._family(base, either, needs_attention=True)

    def _family(self, base: Candidate, choices: list[list[tuple[Change, ...]]], *, needs_attention: bool) -> Family:
        return Family.of(base, choices, self.known_costs, needs_attention=needs_attention, at_most=self.at_most)

    def _choices_of_groups(self, mechanism: Mechanism) -> list[tuple[int, ...]]:
        """Returns the groups that placements of ``mechanism`` may have, for each family."""
        if mechanism != "ulsam":
            return [(1,)]
        return [(groups,) for groups in self.groups] if self.shared_groups else [self.groups]

    def _units(self, valid: ValidChanges) -> list[tuple[int, ...]]:
        """Returns single blocks and groups of blocks in the order of their first block."""
        grouped = {block for group in self.together for block in group}
        blocks = valid.blocks if self.blocks is None else [block for block in self.blocks if block in valid.blocks]
        return sorted([*((block,) for block in blocks if block not in grouped), *self.together])


def _order(base: Candidate) -> tuple[str, int]:
    return base.arch.arch_id, base.input_size
