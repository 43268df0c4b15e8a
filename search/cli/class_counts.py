"""Tells how many images each class has in each split."""

from collections.abc import Mapping, Sequence

from pipelines.split import SPLITS, Split
from search.cli.console import say

_ENDS = 5  # classes that are shown of the largest, and of the smallest


def print_counts(classes: Sequence[str], counts: Mapping[Split, Sequence[int]]) -> None:
    """Prints the images of the largest and of the smallest classes.

    Args:
        classes: names by label.
        counts: numbers of images of each split, by label.
    """
    rows = [(name, [counts[split][label] for split in SPLITS]) for label, name in enumerate(classes)]
    rows.sort(key=lambda row: -sum(row[1]))
    between = len(rows) - 2 * _ENDS
    shown = rows if between <= 0 else rows[:_ENDS] + rows[-_ENDS:]
    names = max(len("class"), *(len(name) for name, _ in shown))
    figures = max(len("train"), *(len(str(count)) for _, of_class in shown for count in of_class))
    say(f"  {'class':{names}}" + "".join(f"  {split:>{figures}}" for split in SPLITS))
    for number, (name, of_class) in enumerate(shown):
        if between > 0 and number == _ENDS:
            say(f"  ... {between} more {'class' if between == 1 else 'classes'}")
        say(f"  {name:{names}}" + "".join(f"  {count:>{figures}}" for count in of_class))
