"""What ``init`` writes for the data and the trained weights that there are."""

from pathlib import Path

import pytest

from pipelines.training.recipes import recipe_values
from search.config.settings import SearchSettings
from search.config.suggested import from_images, from_weights, merged, nested
from ulsam.backbones import Backbone, backbone_shape


def settings(backbone: Backbone, image_size: int) -> SearchSettings:
    suggested = list(from_weights(Path("a.pth"), backbone, 1.0, image_size))
    return SearchSettings.model_validate({"name": "a", "data": "b"} | nested(suggested))


def test_nothing_is_said_where_the_default_fits() -> None:
    assert list(from_images(100_000, pretrained=False)) == []
    assert list(from_images(100_000, pretrained=True)) == []


def test_few_images_get_smaller_batches_each_with_its_reason() -> None:
    suggested = list(from_images(1_606, pretrained=False))
    assert nested(suggested) == {"training": {"batch_size": 32, "learning_rate": 0.05}}
    assert all(suggestion.reason for suggestion in suggested)
    assert nested(list(from_images(300, pretrained=False)))["training"]["epochs"] > 10


@pytest.mark.parametrize(("stored", "sizes"), [(96, (64, 80, 96)), (224, (160, 192, 224)), (32, (16, 32)), (12, (12,))])
def test_images_are_as_stored_or_smaller(stored: int, sizes: tuple[int, ...]) -> None:
    assert settings("mobilenet_v2", stored).space.input_sizes == sizes


@pytest.mark.parametrize("backbone", ["mobilenet_v1", "mobilenet_v2"])
def test_each_block_that_keeps_the_shape_is_changed_in_one_choice(backbone: Backbone) -> None:
    space = settings(backbone, 96).space_for(num_classes=5, image_size=96)
    units = {option.blocks for family in space.families for unit in family.units for option in unit}
    keeping = [block.index for block in backbone_shape(backbone, 1.0).blocks if block.keeps_shape]
    assert sorted(block for unit in units for block in unit) == keeping
    assert space.at_most == len(units)
    assert max(map(len, units)) <= 3
    assert {family.base.arch.backbone for family in space.families} == {backbone}


@pytest.mark.parametrize("stored", [8, 12, 16, 24, 32, 40, 64, 96, 160])
def test_images_of_any_size_make_a_space_to_search(stored: int) -> None:
    space = settings("mobilenet_v2", stored).space_for(num_classes=5, image_size=stored)
    assert space.problems() == []


def test_networks_start_from_the_file_by_the_recipe_for_that() -> None:
    training = settings("mobilenet_v2", 96).training
    assert training.pretrained == Path("a.pth")
    for name, value in recipe_values("transfer").items():
        assert getattr(training, name) == value


def test_sections_are_merged_and_the_later_value_holds() -> None:
    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 4}, "e": 5}) == {"a": 1, "b": {"c": 2, "d": 4}, "e": 5}
