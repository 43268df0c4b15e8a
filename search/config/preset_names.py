"""Names of presets, as typed on a command line: the values behind them take a second to import."""

from typing import Literal

PresetName = Literal["quick", "good", "best"]
