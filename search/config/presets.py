"""How thorough a new search is, in one word: the values that the word sets, and the reasons that the file gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from search.config.preset_names import PresetName
from search.config.suggested import Suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """How thorough a search is.

    Attributes:
        trials: the number of trials.
        length: of each training, as a multiple of the epochs that suit the data.
        confirm: share of the trials that repeat close networks with other seeds.
    """

    trials: int
    length: float
    confirm: float

    def epochs(self, fitting: int) -> int:
        """Returns the epochs of each training.

        Args:
            fitting: the number of epochs that suits the data.
        """
        return max(1, round(self.length * fitting))


# From trained weights, half of the epochs lose 3.2 points, and a third more epochs gain 1.4 (docs/groceries.md).
PRESETS: Mapping[PresetName, Preset] = {
    "quick": Preset(trials=12, length=1 / 2, confirm=0.0),
    "good": Preset(trials=50, length=1.0, confirm=0.15),  # the defaults of a search file
    "best": Preset(trials=100, length=4 / 3, confirm=0.25),
}


def from_preset(name: PresetName, *, fitting_epochs: int) -> Iterator[Suggestion]:
    """Suggests trials, epochs and further seeds; nothing for ``good``, whose values are the defaults.

    Args:
        name: of the preset.
        fitting_epochs: the number of epochs that suits the data.
    """
    if name == "good":
        return
    preset = PRESETS[name]
    repeats = f"{preset.confirm:.0%} of the trials repeat close networks with other seeds"
    length = f"{preset.length:.2g} times the {fitting_epochs} epochs that suit the data"
    yield Suggestion(key="search.trials", value=preset.trials, reason=f"preset {name}: number of trials")
    yield Suggestion(
        key="search.confirm",
        value=preset.confirm,
        reason=f"preset {name}: {repeats if preset.confirm else 'no further seeds'}",
    )
    yield Suggestion(key="training.epochs", value=preset.epochs(fitting_epochs), reason=f"preset {name}: {length}")
