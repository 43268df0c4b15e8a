"""What a preset sets in a new search file."""

from typing import get_args

import pytest

from search.config.preset_names import PresetName
from search.config.presets import PRESETS, from_preset
from search.config.settings import SearchSection
from search.config.suggested import nested


def test_each_name_has_a_preset() -> None:
    assert tuple(PRESETS) == get_args(PresetName)


def test_good_has_the_defaults_and_writes_nothing() -> None:
    good, defaults = PRESETS["good"], SearchSection()
    assert (good.trials, good.confirm, good.epochs(12)) == (defaults.trials, defaults.confirm, 12)
    assert list(from_preset("good", fitting_epochs=12)) == []


@pytest.mark.parametrize(("name", "epochs"), [("quick", 6), ("best", 16)])
def test_others_write_each_value_with_its_reason(name: PresetName, epochs: int) -> None:
    suggested = list(from_preset(name, fitting_epochs=12))
    preset = PRESETS[name]
    assert nested(suggested) == {
        "search": {"trials": preset.trials, "confirm": preset.confirm},
        "training": {"epochs": epochs},
    }
    assert all(name in suggestion.reason for suggestion in suggested)


def test_a_training_has_at_least_one_epoch() -> None:
    assert PRESETS["quick"].epochs(1) == 1
