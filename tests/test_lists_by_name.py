"""What is chosen by name: each name has its entry, and each entry its name."""

from typing import get_args

from pipelines.names import LayoutName
from search.artifacts.formats.names import FORMAT_FILES, FormatName
from search.artifacts.formats.write import FORMATS
from search.cli.prepared import LAYOUTS
from search.optimize.stopping_rules import STOPPING_RULES, StoppingRuleName
from ulsam.backbones import BACKBONES, DESIGNS, Backbone


def test_every_backbone_has_a_design() -> None:
    assert get_args(Backbone) == BACKBONES == tuple(DESIGNS)


def test_every_layout_is_called_something() -> None:
    assert get_args(LayoutName) == tuple(LAYOUTS)


def test_every_stopping_rule_can_be_made() -> None:
    assert get_args(StoppingRuleName) == tuple(STOPPING_RULES)


def test_every_export_format_has_a_file_and_is_written() -> None:
    assert get_args(FormatName) == tuple(FORMAT_FILES) == tuple(FORMATS)
