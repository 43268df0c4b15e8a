"""Networks as flat parameters, the form that samplers such as Optuna's work on.

``backbone``, ``width``, one ``block_N`` for each block that may take a placement (``none``, ``insert`` or
``substitute``; with a g of its own ``insert-g4``), ``attention`` where there are several mechanisms, and ``groups``
where one g serves all. Every combination of choices stands for a valid network, and every network has one
canonical combination.
"""

from collections.abc import Mapping
from functools import cached_property
from random import Random

from spaces.candidate import Candidate
from spaces.space import SearchSpace
from ulsam import Placement

Value = str | int | float
_NONE = "none"


class Encoding:
    """Translates between the networks of ``space`` and flat parameters."""

    def __init__(self, space: SearchSpace) -> None:
        self.space = space

    @cached_property
    def choices(self) -> dict[str, tuple[Value, ...]]:
        """Every parameter and the values it may take; the first is the value of a parameter that means nothing."""
        space = self.space
        names_by_block: dict[int, list[str]] = {}
        for family in space.families:
            for block_options in family.blocks:
                for option in block_options:
                    names = names_by_block.setdefault(option.placement.block, [_NONE])
                    name = self._choice(option.placement)
                    names += [] if name in names else [name]
        groups: dict[str, tuple[Value, ...]] = {"groups": space.groups} if space.shared_groups else {}
        blocks: dict[str, tuple[Value, ...]] = {
            f"block_{block}": tuple(names_by_block[block]) for block in sorted(names_by_block)
        }
        attention: dict[str, tuple[Value, ...]] = {"attention": space.attention} if len(space.attention) > 1 else {}
        fitting = {base.arch.width for base in space.fitting_bases}
        widths = tuple(sorted({*space.widths, *fitting})) if fitting else space.widths
        return {"backbone": space.backbones, "width": widths, **attention, **groups, **blocks}

    def encode(self, network: Candidate) -> dict[str, Value]:
        """The canonical parameters of ``network``: its placements, and the first choice for all else."""
        arch = network.arch
        params = {name: values[0] for name, values in self.choices.items()}
        params |= {"backbone": arch.backbone, "width": arch.width}
        params |= {f"block_{placement.block}": self._choice(placement) for placement in arch.placements}
        if arch.placements:
            first = arch.placements[0]
            if "attention" in params:
                params["attention"] = first.attention
            if "groups" in params and first.attention == "ulsam":
                params["groups"] = first.groups
        return params

    def decode(self, params: Mapping[str, Value], rng: Random) -> Candidate:
        """The network that ``params`` stand for, whatever its cost.

        A width that is of another backbone's plain network alone stands for the nearest of the space's own widths.
        A placement that is not valid on this base is left out; of more than may be placed, ``rng`` keeps
        as many as may. A parameter with a single choice may be left out.
        """
        params = {name: values[0] for name, values in self.choices.items()} | dict(params)
        base = self._bases[params["backbone"], params["width"]]
        attention = params.get("attention", self.space.attention[0])
        shared = params.get("groups") if attention == "ulsam" else None
        valid = self._valid.get((base, attention, shared), {})
        chosen = [valid[choice] for choice in params.items() if choice in valid]
        return base.with_placements(tuple(rng.sample(chosen, min(len(chosen), self.space.at_most))))

    @cached_property
    def _bases(self) -> dict[tuple[Value, Value], Candidate]:
        space = self.space
        bases: dict[tuple[Value, Value], Candidate] = {}
        for backbone in space.backbones:
            for width in (value for value in self.choices["width"] if isinstance(value, float)):
                nearest = min(space.widths, key=lambda own: (abs(own - width), own))
                base = space.base(backbone, width)
                bases[backbone, width] = base if base in space.fitting_bases else space.base(backbone, nearest)
        return bases

    @cached_property
    def _valid(self) -> dict[tuple[Candidate, Value, Value | None], dict[tuple[str, Value], Placement]]:
        """The placement a choice stands for, by base, mechanism and shared g (None where there is no such g)."""
        valid: dict[tuple[Candidate, Value, Value | None], dict[tuple[str, Value], Placement]] = {}
        for family in self.space.families:
            for block_options in family.blocks:
                for placement in (option.placement for option in block_options):
                    shared = placement.groups if self.space.shared_groups and placement.attention == "ulsam" else None
                    choice = (f"block_{placement.block}", self._choice(placement))
                    valid.setdefault((family.base, placement.attention, shared), {})[choice] = placement
        return valid

    def _choice(self, placement: Placement) -> str:
        return placement.mode if self.space.shared_groups else f"{placement.mode}-g{placement.groups}"
