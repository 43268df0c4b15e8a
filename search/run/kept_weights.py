"""The weights of trials that a run keeps: those that its front needs, or may need."""

from collections.abc import Iterable, Sequence

from search.analysis.front import Front
from search.analysis.uncertainty import PossiblyOptimal
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.trial import TrialRecord


class KeptWeights:
    """Removes the weights of each trial that no front needs any more; of the trials in ``ended`` at once.

    Args:
        folder: of the run.
        spec: the search.
        ended: the trials that have ended, in the order of their ends.
    """

    def __init__(self, folder: RunFolder, spec: StudySpec, ended: Sequence[TrialRecord]) -> None:
        self._folder = folder
        # Where there are further seeds, the mean over them may bring a network back.
        self._needed: PossiblyOptimal | Front = PossiblyOptimal(spec, ended) if spec.search.confirm else Front(ended)
        self._remove(trial.number for trial in ended)

    def add(self, trial: TrialRecord) -> None:
        """Takes in a trial that has ended, and removes the weights that no front needs after it."""
        before = self._needed.numbers
        self._needed.add(trial)
        self._remove(before | {trial.number})

    def _remove(self, numbers: Iterable[int]) -> None:
        for number in set(numbers) - self._needed.numbers:
            self._folder.weights(number).unlink(missing_ok=True)
