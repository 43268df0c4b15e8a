"""The ``space`` and ``budgets`` sections of a search file, validated."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from spaces.budgets import Budgets
from spaces.known_cost import KNOWN_COSTS, KnownCost
from spaces.scalars import READ_WHOLE, Count, PositiveInt, WholeNumber
from spaces.space import SearchSpace
from ulsam.arch import MECHANISMS, MODES, Mechanism, Mode
from ulsam.backbones import BACKBONES, Backbone, backbone_shape
from ulsam.errors import InvalidError

_BLOCKS = max(len(backbone_shape(backbone, 1.0).blocks) for backbone in BACKBONES)
Width = Annotated[float, Field(gt=0, le=16, strict=True)]
BlockNumber = Annotated[PositiveInt, Field(json_schema_extra={"maximum": _BLOCKS})]


class ClashError(InvalidError):
    """Values that are valid, each by itself, and make no sense together.

    Attributes:
        keys: the dotted names of those values, from the section that raises it; the first one is the cause.
    """

    def __init__(self, keys: tuple[str, ...], *, expected: str, got: object) -> None:
        super().__init__(expected=expected, got=got)
        self.keys = keys


class Section(BaseModel):
    """A section of a search file: unknown keys are refused, values can't be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class PlacementsConfig(Section):
    """Which attention, and where it may go."""

    attention: tuple[Mechanism, ...] = Field(("ulsam",), min_length=1, description="one of them for a whole network")
    modes: tuple[Mode, ...] = Field(MODES, min_length=1, description="insert after a block, substitute for it")
    blocks: Literal["all"] | tuple[BlockNumber, ...] = Field("all", description="block numbers, or all")
    at_most: WholeNumber = Field(4, ge=0, description="the most placements in one network")
    groups: Literal["shared", "per_block"] = Field("shared", description="one g for a whole network, or one a block")


class SpaceConfig(Section):
    """Which networks may be chosen."""

    backbones: tuple[Backbone, ...] = Field(("mobilenet_v2",), min_length=1)
    widths: tuple[Width, ...] = Field((0.35, 0.5, 0.75, 1.0), min_length=1, description="width multipliers")
    groups: tuple[PositiveInt, ...] = Field((1, 2, 4, 8, 16), min_length=1, description="numbers of subspaces g")
    placements: PlacementsConfig = PlacementsConfig()
    stem_stride: Annotated[Literal["auto", 1, 2], READ_WHOLE] = Field(
        "auto", description="auto: 1 for images of up to 32 pixels, else 2"
    )

    @model_validator(mode="after")
    def _blocks_exist(self) -> Self:
        if self.placements.blocks != "all":
            known = max(len(backbone_shape(backbone, 1.0).blocks) for backbone in self.backbones)
            beyond = [str(block) for block in self.placements.blocks if block > known]
            if beyond:
                raise ClashError(
                    ("placements.blocks", "backbones"),
                    expected=f"1 to {known}, the blocks of {' and '.join(self.backbones)}",
                    got=", ".join(beyond),
                )
        return self


_LIMITS: dict[str, Any] = {
    cost.name: (Count | None, Field(None, description=f"the most {cost.title}, such as {cost.example}"))
    for cost in KNOWN_COSTS
}


class BudgetsConfig(create_model("_Limits", __base__=Section, **_LIMITS)):  # type: ignore[misc]  # made while running
    """Hard limits on a network's cost, written like 2.5M; none where left out."""

    @property
    def limits(self) -> dict[str, int]:
        """The limits there are, by the names of known costs."""
        return {name: limit for name, limit in self if limit is not None}


def build_space(
    space: SpaceConfig,
    budgets: BudgetsConfig,
    *,
    num_classes: int,
    input_size: int,
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS,
    baselines: bool = False,
) -> SearchSpace:
    """The search space of a file for data of ``num_classes`` classes at ``input_size`` pixels."""
    return SearchSpace(
        backbones=tuple(backbone for backbone in BACKBONES if backbone in space.backbones),
        widths=tuple(sorted(set(space.widths))),
        groups=tuple(sorted(set(space.groups))),
        attention=tuple(mechanism for mechanism in MECHANISMS if mechanism in space.placements.attention),
        modes=tuple(mode for mode in MODES if mode in space.placements.modes),
        blocks=None if space.placements.blocks == "all" else tuple(sorted(set(space.placements.blocks))),
        at_most=space.placements.at_most,
        shared_groups=space.placements.groups == "shared",
        num_classes=num_classes,
        input_size=input_size,
        stem_stride=_stem_stride(space.stem_stride, input_size),
        budgets=Budgets(budgets.limits),
        known_costs=known_costs,
        baselines=baselines,
    )


def _stem_stride(stem_stride: Literal["auto", 1, 2], input_size: int) -> int:
    """``auto``: 2 as published, but where that would end in 1x1 maps (five halvings of 32 pixels) 1."""
    if stem_stride == "auto":
        return 1 if input_size <= 32 else 2
    return stem_stride
