"""The plain networks that a search trains to compare with, in words."""

from collections.abc import Sequence

from search.render.network_words import describe_candidate
from search.render.words import counted
from search.study.spec import StudySpec
from spaces import Candidate


def baselines_in_words(spec: StudySpec, baselines: Sequence[Candidate]) -> str:
    """Returns a sentence that says how many trials train plain networks, and which networks these are.

    Args:
        spec: the search.
        baselines: the plain networks that it trains, in their order; at least one.
    """
    trials, named = spec.search.trials, "; ".join(describe_candidate(spec, one) for one in baselines)
    train = "trains a plain network" if len(baselines) == 1 else "train plain networks"
    if trials is None:
        return f"up to {counted(len(baselines), 'trial')} {train} for comparison (search.baselines): {named}"
    return f"{len(baselines)} of the {counted(trials, 'trial')} {train} for comparison (search.baselines): {named}"
