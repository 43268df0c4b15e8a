"""Tells of classes that have no image in a split."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console

from search.cli.console import console, say

if TYPE_CHECKING:
    from search.api.class_coverage import MissingClasses

_NAMED = 5


def print_coverage(coverage: Iterable["MissingClasses"], on: Console = console) -> None:
    """Names the classes that are missing in a split."""
    for missing in coverage:
        absent, split = missing.names, missing.split
        named = ", ".join(absent[:_NAMED]) + (", ..." if len(absent) > _NAMED else "")
        so = "no network can learn them" if split == "train" else f"{split} accuracy covers only the other classes"
        have = "has" if len(absent) == 1 else "have"
        say(f"{len(absent)} of {missing.classes} classes {have} no {split} image ({named}): {so}", on)
