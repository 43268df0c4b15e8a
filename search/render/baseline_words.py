"""The plain networks that a search trains to compare with, in words."""

from collections.abc import Sequence

from search.render.front_table import describe_network
from search.render.words import counted
from spaces import Candidate


def describe_candidate(candidate: Candidate, beside: Sequence[Candidate]) -> str:
    """A network, with its input size where ``beside`` has networks of several: ``V2 x0.5 at 64 px``."""
    sizes = {one.input_size for one in beside}
    return describe_network(candidate.arch) + (f" at {candidate.input_size} px" if len(sizes) > 1 else "")


def baselines_in_words(baselines: Sequence[Candidate], trials: int) -> str:
    """Which of so many trials are for plain networks."""
    named = ", ".join(describe_candidate(one, baselines) for one in baselines)
    are = "is of a plain network" if len(baselines) == 1 else "are of plain networks"
    return f"{len(baselines)} of the {counted(trials, 'trial')} {are} to compare with (search.baselines): {named}"
