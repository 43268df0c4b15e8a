"""Tells how many images each class has in each split."""

from collections.abc import Mapping, Sequence

from pipelines.split import SPLITS, Split
from search.cli.console import say

_ENDS = 5  # classes that are shown of the largest, and of the smallest
_UNEQUAL = 5  # times as many training images as the smallest class


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


def print_unequal(counts: Sequence[int]) -> None:
    """Names the settings for unequal classes, where the largest has over five times the images of the smallest.

    Args:
        counts: numbers of training images, by label; classes without images do not count.
    """
    some = [count for count in counts if count]
    if some and max(some) > _UNEQUAL * min(some):
        say(
            f"the largest class has {max(some) / min(some):.1f} times as many train images as the smallest; to count "
            "classes equally, set search.metric: balanced_accuracy and training.class_weights: balanced "
            "(docs/prepare.md, Unequal classes)"
        )
