"""Networks as flat parameters, the form that samplers such as Optuna's work on.

``backbone``, ``width``, ``input_size`` where there are several, one ``block_N`` for each block that may be changed
(``none``, ``insert``, ``substitute`` or ``remove``; with a g of its own ``insert-g4``) and one ``blocks_N_M`` for each
group of blocks that are changed together, ``attention`` where there are several mechanisms, and ``groups`` where one g
serves all. Every combination of choices stands for a valid network, and every network has one canonical combination.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from random import Random

from spaces.candidate import Candidate
from spaces.family import Family
from spaces.option import Option
from spaces.space import SearchSpace
from ulsam import Placement

Value = str | int | float
Options = dict[tuple[str, Value], Option]
"""By parameter and value."""
_NONE, _REMOVE = "none", "remove"


class Encoding:
    """Translates between the networks of ``space`` and flat parameters."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space

    @cached_property
    def choices(self) -> dict[str, tuple[Value, ...]]:
        """The parameters and the values of each; the first value is the one of a parameter that has no effect."""
        space = self.space
        values: dict[tuple[int, ...], list[str]] = {}
        for _, option in self._options:
            names, name = values.setdefault(option.blocks, [_NONE]), self._value(option.changes[0].placement)
            names += [] if name in names else [name]
        blocks: dict[str, tuple[Value, ...]] = {
            self._parameter(unit[0]): tuple(sorted(values[unit], key=_REMOVE.__eq__)) for unit in sorted(values)
        }
        groups: dict[str, tuple[Value, ...]] = {"groups": space.groups} if space.shared_groups else {}
        attention: dict[str, tuple[Value, ...]] = {"attention": space.attention} if len(space.attention) > 1 else {}
        of_attention = attention | groups if space.places_attention else {}
        sizes: dict[str, tuple[Value, ...]] = {"input_size": space.input_sizes} if len(space.input_sizes) > 1 else {}
        fitting = {base.arch.width for base in space.fitting_bases}
        widths = tuple(sorted({*space.widths, *fitting})) if fitting else space.widths
        return {"backbone": space.backbones, "width": widths, **sizes, **of_attention, **blocks}

    def encode(self, network: Candidate) -> dict[str, Value]:
        """Returns the canonical parameters of ``network``: its changes, and the first choice for all others."""
        arch = network.arch
        params = {name: values[0] for name, values in self.choices.items()}
        params |= {"backbone": arch.backbone, "width": arch.width}
        params |= {"input_size": network.input_size} if "input_size" in params else {}
        params |= {self._parameter(placement.block): self._value(placement) for placement in arch.placements}
        params |= {self._parameter(block): _REMOVE for block in arch.removed}
        if arch.placements:
            first = arch.placements[0]
            if "attention" in params:
                params["attention"] = first.attention
            if "groups" in params and first.attention == "ulsam":
                params["groups"] = first.groups
        return params

    def decode(self, params: Mapping[str, Value], rng: Random) -> Candidate:
        """Returns the network of a combination of choices, whatever its cost.

        The nearest of the space's own widths replaces a width that only the plain network of another backbone has.
        A change that is not valid on this base is left out.

        Args:
            params: by the names of :attr:`choices`; a parameter that is left out has its first choice.
            rng: source of random numbers; advanced. Chooses which changes are kept if there are more than allowed.
        """
        params = {name: values[0] for name, values in self.choices.items()} | dict(params)
        base = self._bases[params["backbone"], params["width"], params.get("input_size", self.space.input_sizes[0])]
        attention = params.get("attention", self.space.attention[0])
        shared = params.get("groups") if attention == "ulsam" else None
        valid = self._removals.get(base, {}) | self._placements.get((base, attention, shared), {})
        chosen = [valid[choice] for choice in params.items() if choice in valid]
        kept = rng.sample(chosen, min(len(chosen), self.space.at_most))
        return base.with_changes(change for option in kept for change in option.changes)

    @cached_property
    def _bases(self) -> dict[tuple[Value, Value, Value], Candidate]:
        space = self.space
        bases: dict[tuple[Value, Value, Value], Candidate] = {}
        widths = [value for value in self.choices["width"] if isinstance(value, float)]
        for backbone, width, size in product(space.backbones, widths, space.input_sizes):
            nearest = min(space.widths, key=lambda own: (abs(own - width), own))
            base = space.base(backbone, width, size)
            bases[backbone, width, size] = base if base in space.fitting_bases else space.base(backbone, nearest, size)
        return bases

    @cached_property
    def _removals(self) -> dict[Candidate, Options]:
        """The options of choices that remove, by base; a mechanism and a g have no effect on them."""
        found: dict[Candidate, Options] = {}
        for family, option in self._options:
            if not option.has_attention:
                found.setdefault(family.base, {})[self._choice(option)] = option
        return found

    @cached_property
    def _placements(self) -> dict[tuple[Candidate, Value, Value | None], Options]:
        """The options of choices of attention, by base, mechanism and shared g (None where there is no such g)."""
        found: dict[tuple[Candidate, Value, Value | None], Options] = {}
        for family, option in self._options:
            placement = option.changes[0].placement
            if placement is not None:
                shared = placement.groups if self.space.shared_groups and placement.attention == "ulsam" else None
                found.setdefault((family.base, placement.attention, shared), {})[self._choice(option)] = option
        return found

    @property
    def _options(self) -> Iterator[tuple[Family, Option]]:
        return ((family, option) for family in self.space.families for unit in family.units for option in unit)

    def _parameter(self, block: int) -> str:
        """Returns the name of the parameter for the changes at ``block``."""
        return self._together.get(block, f"block_{block}")

    @cached_property
    def _together(self) -> dict[int, str]:
        return {block: f"blocks_{'_'.join(map(str, group))}" for group in self.space.together for block in group}

    def _choice(self, option: Option) -> tuple[str, Value]:
        return self._parameter(option.blocks[0]), self._value(option.changes[0].placement)

    def _value(self, placement: Placement | None) -> str:
        if placement is None:
            return _REMOVE
        return placement.mode if self.space.shared_groups else f"{placement.mode}-g{placement.groups}"
