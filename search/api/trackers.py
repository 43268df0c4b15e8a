"""The trackers of every run: each keeps its search in another system."""

from collections.abc import Callable, Sequence

from search.run.tracker import Tracker
from search.study.folder import RunFolder
from search.study.run_names import called
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror


def trackers_of(
    folder: RunFolder,
    spec: StudySpec,
    asked: int | None = 0,
    ended: Sequence[TrialRecord] = (),
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Tracker, ...]:
    """Returns the trackers of a run, for a launch or for evaluations.

    Args:
        folder: of the run.
        spec: the search.
        asked: the number of trials requested, 0 for evaluations; None: no number limits the search.
        ended: the trials that have ended, in that order; empty for evaluations.
        say: called with a line that announces a wait at the end.
    """
    mlflow = MlflowMirror(folder.mlflow_uri, spec, asked, ended, say=say, run=called(folder.path))
    return (mlflow,)  # another one is a line here
