"""The search space: the set of networks that may be chosen, every one valid and in one canonical form."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from random import Random

from spaces.budgets import Budgets, Limits
from spaces.cost_table import CostTable
from spaces.family import Family
from spaces.known_cost import KNOWN_COSTS, KnownCost, count_known_costs, describe_least
from ulsam import ArchConfig, Placement, layer_plan
from ulsam.arch import Mechanism, Mode
from ulsam.backbones import Backbone, backbone_shape
from ulsam.errors import InvalidError


class SpaceError(InvalidError):
    """A space holds no network that may be chosen; ``where`` is the section that leaves none."""


class NoPlacementError(SpaceError):
    """Placements are wanted, and no block takes one."""


class NoNetworkError(SpaceError):
    """No network is within the budgets.

    Attributes:
        least: by the name of a known cost, the least that a network of the space has.
    """

    def __init__(self, what: str, *, least: dict[str, int]) -> None:
        super().__init__(what, where="budgets")
        self.least = least


@dataclass(frozen=True, kw_only=True)
class SearchSpace:
    """Which networks may be chosen.

    Attributes:
        backbones, widths: the trunks; two widths that round to the same channels count once.
        groups: the numbers of subspaces g to choose from, where they divide a block's channels.
        modes: how attention may be placed.
        blocks: the blocks it may be placed at; None is all of them.
        at_most: the most placements in a network.
        shared_groups: one g for all placements of a network, or one for each.
        attention: the mechanisms to choose from; a network has one of them.
        num_classes, input_size, stem_stride: what the data fix.
        known_costs: what is known of a network's costs, in the order in which they are shown.
        budgets: hard limits on some of them.
    """

    backbones: tuple[Backbone, ...]
    widths: tuple[float, ...]
    groups: tuple[int, ...]
    modes: tuple[Mode, ...]
    blocks: tuple[int, ...] | None
    at_most: int
    shared_groups: bool
    num_classes: int
    input_size: int
    stem_stride: int
    budgets: Budgets = Budgets()
    attention: tuple[Mechanism, ...] = ("ulsam",)
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS

    def count(self) -> int:
        """How many networks there are whatever their cost, exactly, whatever the size of the space."""
        return sum(family.count() for family in self.families)

    def count_within_budgets(self) -> int | None:
        """How many networks are within the budgets, exactly; None where the space is too large to say."""
        total = 0
        for family in self.feasible_families:
            within = family.count_within(self._limits)
            if within is None:
                return None
            total += within
        return total

    def __iter__(self) -> Iterator[ArchConfig]:
        """Every network within the budgets, each once, always in the same order."""
        for family in self.families:
            yield from family.networks(self._limits)

    def __contains__(self, arch: object) -> bool:
        """Whether ``arch`` is a network of this space and within its budgets."""
        if not isinstance(arch, ArchConfig):
            return False
        for family in self.families:
            if arch in family:
                return family.allows(family.options(arch), self._limits)
        return False

    def check(self) -> None:
        """Makes sure that there is something to search.

        Raises:
            NoPlacementError: placements are wanted and none is valid.
            NoNetworkError: no network is within the budgets.
        """
        for problem in self.problems():
            raise problem

    def problems(self) -> list[SpaceError]:
        """Why there is nothing to search; none: there is something."""
        found: list[SpaceError] = []
        if self.at_most > 0 and not any(family.sites for family in self.families):
            what = (
                f"attention can be placed nowhere: with groups {list(self.groups)}, modes {list(self.modes)} and "
                f"{self.input_size} px no block of {' or '.join(self.backbones)} takes it"
            )
            found.append(NoPlacementError(what, where="space"))
        if not self.feasible_families:
            names = [cost.name for cost in self.known_costs]
            costs = [dict(zip(names, family.smallest_costs(), strict=True)) for family in self.families]
            what = (
                f"no network of the space is within {self.budgets.describe(self.known_costs)}; "
                f"{describe_least(costs, self.known_costs)}. "
                "Allow more, or add smaller networks: space.widths, and space.stem_stride 2"
            )
            least = {name: min(one[name] for one in costs) for name in names}
            found.append(NoNetworkError(what, least=least))
        return found

    def largest_costs(self) -> dict[str, int]:
        """By name, the cost that no network of the space exceeds, whatever the budgets."""
        largest = zip(*(family.largest_costs() for family in self.families), strict=True)
        return {cost.name: max(counts) for cost, counts in zip(self.known_costs, largest, strict=True)}

    def costs_of(self, arch: ArchConfig) -> dict[str, int]:
        """By name, what ``arch`` costs at the size of this space's images."""
        return count_known_costs(arch, self.input_size, self.known_costs)

    def sample(self, rng: Random) -> ArchConfig:
        """A random network within the budgets.

        Trunks, then groups, then numbers of placements are drawn evenly, so that plain and lightly changed
        networks appear although most networks of a space have as many placements as they may.

        Raises:
            NoNetworkError: no network is within the budgets.
        """
        if not self.feasible_families:
            raise self.problems()[-1]
        trunk = rng.choice(sorted({family.trunk.arch_id for family in self.feasible_families}))
        family = rng.choice([family for family in self.feasible_families if family.trunk.arch_id == trunk])
        arch = family.sample(rng, self._limits)
        assert arch is not None, "a feasible family has a network within the budgets"
        return arch

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The space as disjoint families, in a fixed order."""
        trunks = dict.fromkeys(self.trunk(backbone, width) for backbone in self.backbones for width in self.widths)
        return tuple(family for trunk in trunks for family in self._families_of(trunk))

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

    def trunk(self, backbone: Backbone, width: float) -> ArchConfig:
        """The network without placements, at the first of ``widths`` that rounds to the same channels."""
        shape = backbone_shape(backbone, width)
        first = next(width for width in self.widths if backbone_shape(backbone, width) == shape)
        return ArchConfig(backbone=backbone, width=first, num_classes=self.num_classes, stem_stride=self.stem_stride)

    def _families_of(self, trunk: ArchConfig) -> Iterator[Family]:
        # Mechanism and g mean nothing to the network without placements: it is a family of its own.
        yield self._family(trunk, [], at_least=0, at_most=0)
        for mechanism in self.attention:
            for groups in self._choices_of_groups(mechanism):
                placements = [self._placements(trunk, block, mechanism, groups) for block in self._blocks(trunk)]
                family = self._family(trunk, placements, at_least=1, at_most=self.at_most)
                if family.at_most > 0:
                    yield family

    def _family(self, trunk: ArchConfig, placements: list[list[Placement]], *, at_least: int, at_most: int) -> Family:
        return Family.of(trunk, placements, self.input_size, self.known_costs, at_least=at_least, at_most=at_most)

    def _choices_of_groups(self, mechanism: Mechanism) -> list[tuple[int, ...]]:
        """For each family with ``mechanism``, the groups that its placements may have."""
        if mechanism != "ulsam":
            return [(1,)]
        return [(groups,) for groups in self.groups] if self.shared_groups else [self.groups]

    def _blocks(self, trunk: ArchConfig) -> list[int]:
        blocks = [block.index for block in backbone_shape(trunk.backbone, trunk.width).blocks]
        return blocks if self.blocks is None else [block for block in blocks if block in self.blocks]

    def _placements(
        self, trunk: ArchConfig, block: int, mechanism: Mechanism, groups: tuple[int, ...]
    ) -> list[Placement]:
        """The valid placements at ``block``: the shape fits, g divides the channels, the map is above 1x1."""
        shape = backbone_shape(trunk.backbone, trunk.width).blocks[block - 1]
        if self._map_sizes(trunk)[block] == 1:
            return []
        return [
            Placement(block=block, mode=mode, groups=g, attention=mechanism)
            for mode in self.modes
            if mode == "insert" or shape.keeps_shape
            for g in groups
            if shape.out_channels % g == 0
        ]

    def _map_sizes(self, trunk: ArchConfig) -> list[int]:
        return [block.convs[-1].size for block in layer_plan(trunk, self.input_size).blocks]
