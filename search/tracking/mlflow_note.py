"""The description of a search in MLflow."""

from collections.abc import Sequence

from search.analysis.front import complete
from search.optimize.pareto import hypervolume
from search.render.front_table import front_caption, markdown_table
from search.render.gain_words import won_in_words
from search.render.words import of_total
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


def note_of(spec: StudySpec, trials: Sequence[TrialRecord], asked: int | None, picture: str) -> str:
    """Returns the note of a search in Markdown: what it won, how far it is, its front, and the front's picture.

    MLflow shows the first lines of a note, and the rest on demand.

    Args:
        spec: the search that the trials are of.
        trials: the trials that have ended.
        asked: how many trials the search shall have; None: no number limits it.
        picture: the address of the picture, relative to MLflow's own. MLflow shows it at its full size.
    """
    share = hypervolume([trial.objectives for trial in complete(trials)], spec.reference)
    won = "\n\n".join(won_in_words(spec, trials))
    return (
        f"{of_total(len(trials), asked)} trials finished on {spec.data.name}; "
        f"budgets: {spec.budgets_in_words}; "
        f"hypervolume {share:.4f} (reference point: {spec.reference_in_words})\n\n"
        f"{won}\n\n"
        f"The front, cheapest first: {front_caption(spec, trials)}.\n\n"
        f"{markdown_table(spec, trials)}\n\n"
        f"![The front]({picture})\n"
    )
