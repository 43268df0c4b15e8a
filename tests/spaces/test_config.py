"""The ``space`` and ``budgets`` sections of a search file."""

from typing import Any

import pytest
from pydantic import ValidationError

from spaces import Budgets, BudgetsConfig, SpaceConfig, build_space
from spaces.config import ClashError


def test_reads_a_users_words() -> None:
    section = SpaceConfig.model_validate(
        {
            "backbones": ["mobilenet_v2", "mobilenet_v1"],
            "widths": [1.0, 0.5, 0.5],
            "groups": [4, 1],
            "placements": {
                "modes": ["remove", "substitute"],
                "blocks": [12, 3, 6, 13, 5],
                "together": [[13, 12], [5, 6]],
                "at_most": 2,
                "groups": "per_block",
            },
        }
    )
    space = build_space(section, BudgetsConfig(params="2.5M", flops="40M"), num_classes=7, input_sizes=(64,))
    assert space.backbones == ("mobilenet_v1", "mobilenet_v2")
    assert space.widths == (0.5, 1.0)
    assert space.groups == (1, 4)
    assert (space.modes, space.blocks) == (("substitute", "remove"), (3, 5, 6, 12, 13))
    assert (space.together, space.at_most, space.shared_groups) == (((5, 6), (12, 13)), 2, False)
    assert space.budgets == Budgets({"params": 2_500_000, "flops": 40_000_000})
    assert (space.num_classes, space.input_sizes) == (7, (64,))


@pytest.mark.parametrize(("size", "stride"), [(24, 1), (32, 1), (33, 2), (224, 2)])
def test_small_images_get_a_stem_without_stride(size: int, stride: int) -> None:
    space = build_space(SpaceConfig(), BudgetsConfig(), num_classes=2, input_sizes=(size, 96))
    assert {base.arch.stem_stride for base in space.bases if base.input_size == size} == {stride}
    assert {base.arch.stem_stride for base in space.bases if base.input_size == 96} == {2}


def test_a_chosen_stem_stride_is_kept() -> None:
    section = SpaceConfig(stem_stride=2)
    space = build_space(section, BudgetsConfig(), num_classes=2, input_sizes=(24,))
    assert {base.arch.stem_stride for base in space.bases} == {2}


@pytest.mark.parametrize(
    "values",
    [
        {"backbones": []},
        {"backbones": ["resnet"]},
        {"widths": [0]},
        {"widths": []},
        {"groups": [0]},
        {"groups": [1.5]},
        {"placements": {"modes": []}},
        {"placements": {"modes": ["replace"]}},
        {"placements": {"at_most": -1}},
        {"placements": {"groups": "each"}},
        {"placements": {"blocks": "some"}},
        {"placements": {"blocks": [18]}},
        {"placements": {"together": [5, 6]}},
        {"placements": {"together": [[5]]}},
        {"placements": {"together": [[5, "six"]]}},
        {"stem_stride": 3},
        {"depth": 1},
    ],
)
def test_refuses_what_makes_no_sense(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SpaceConfig.model_validate(values)


@pytest.mark.parametrize(
    ("placements", "keys", "got"),
    [
        ({"together": [[5, 5]]}, ("together",), "5"),
        ({"together": [[5, 6], [8, 6, 5]]}, ("together",), "5, 6"),
        ({"together": [[5, 6]], "blocks": [5, 8]}, ("together", "blocks"), "6"),
        ({"together": [[5, 18]]}, ("placements.together", "backbones"), "18"),
    ],
)
def test_groups_of_blocks_are_apart_and_there(placements: dict[str, Any], keys: tuple[str, ...], got: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SpaceConfig.model_validate({"placements": placements})
    (found,) = refused.value.errors()
    clash = found["ctx"]["error"]
    assert isinstance(clash, ClashError)
    assert (clash.keys, clash.got) == (keys, got)


def test_blocks_are_checked_against_the_backbones() -> None:
    with pytest.raises(ValidationError) as refused:
        SpaceConfig.model_validate({"backbones": ["mobilenet_v1"], "placements": {"blocks": [14]}})
    (found,) = refused.value.errors()
    clash = found["ctx"]["error"]
    assert isinstance(clash, ClashError)
    assert (clash.keys[0], clash.got) == ("placements.blocks", "14")
    SpaceConfig.model_validate({"backbones": ["mobilenet_v1", "mobilenet_v2"], "placements": {"blocks": [14]}})
