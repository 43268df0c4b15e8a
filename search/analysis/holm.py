"""Several tests of one kind at once, with one error rate for all of them together."""

from collections.abc import Sequence


def hold_together(probabilities: Sequence[float], level: float = 0.025) -> list[bool]:
    """Returns which of several statements hold, where any wrong one among them is rarer than ``level``.

    Of many statements at 95 % each some hold by chance. Holm's procedure asks the surest of n for a doubt of at most
    level / n, the next one for level / (n - 1), and so on up to the first that fails (S. Holm, "A simple sequentially
    rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979). It assumes nothing of how the
    statements depend on each other.

    Args:
        probabilities: of each statement by itself, one minus its one-sided p-value.
        level: that of one end of an interval of 95 %.
    """
    found = [False] * len(probabilities)
    left = len(probabilities)
    for one in sorted(range(left), key=lambda one: -probabilities[one]):
        if 1 - probabilities[one] > level / left:
            break
        found[one] = True
        left -= 1
    return found
