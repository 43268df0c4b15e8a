"""The trackers of every run: each keeps its search elsewhere."""

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
    asked: int = 0,
    ended: Sequence[TrialRecord] = (),
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Tracker, ...]:
    """The trackers of a run: for a launch, which says what is ``asked`` for and ``ended``, or for evaluations.

    ``say`` is called with a line that announces a wait at the end.
    """
    mlflow = MlflowMirror(folder.mlflow_uri, spec, asked, ended, say=say, run=called(folder.path))
    return (mlflow,)  # another one is a line here
