"""Which network of a search to take home."""

from collections.abc import Sequence

from search.errors import UsageError
from search.record.front import complete
from search.record.result import TrialRecord
from spaces import Budgets


def choose(trials: Sequence[TrialRecord], budgets: Budgets) -> TrialRecord:
    """The most accurate network within ``budgets``; of equally accurate ones the one with the fewest FLOPs.

    Raises:
        UsageError: no trained network is within them.
    """
    done = complete(trials)
    if not done:
        raise UsageError("no network has been trained yet; launch the search first")
    within = [trial for trial in done if budgets.allow(trial.params, trial.flops)]
    if not within:
        raise UsageError(
            f"none of the {len(done)} trained networks is within {budgets}; "
            f"the smallest has {min(trial.params for trial in done):,} parameters, "
            f"the least FLOPs are {min(trial.flops for trial in done):,}"
        )
    return max(within, key=lambda trial: (trial.accuracy, -trial.flops, -trial.params))
