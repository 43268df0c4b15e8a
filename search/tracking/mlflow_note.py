"""What MLflow shows as the description of a search."""

from collections.abc import Sequence

from search.analysis.front import complete
from search.optimize.pareto import hypervolume
from search.render.front_table import markdown_table
from search.render.gain_words import won_in_words
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


def note_of(spec: StudySpec, trials: Sequence[TrialRecord], asked: int, picture: str) -> str:
    """Markdown: what the search won, how far it is, its front, and the front's picture.

    Args:
        spec, trials: of the search; the trials that ended.
        asked: how many it shall have.
        picture: the address of the picture. MLflow takes pictures of addresses, these relative to its own, and shows
            them as large as they are. It shows the first lines of a note, and the rest on demand.
    """
    share = hypervolume([trial.objectives for trial in complete(trials)], spec.reference)
    won = "\n\n".join(won_in_words(spec, trials))
    return (
        f"{len(trials)} of {asked} trials finished on {spec.data.name}; "
        f"budgets: {spec.budgets_in_words}; "
        f"hypervolume {share:.4f} (reference point: {spec.reference_in_words})\n\n"
        f"{won}\n\n"
        f"{markdown_table(spec, trials)}\n\n"
        f"![The front]({picture})\n"
    )
