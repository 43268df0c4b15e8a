"""What earlier runs, also on other data, say of the networks of a search before it begins."""

from dataclasses import replace
from pathlib import Path
from statistics import mean, pstdev

from search.analysis.front import complete
from search.errors import UsageError
from search.study.folder import RunFolder
from search.study.prior_score import PriorScore
from search.study.spec import StudySpec
from spaces import Candidate

FEWEST = 3  # networks of one run, below which it says nothing


class PriorRunError(UsageError):
    """An earlier run says nothing of the networks of a search.

    Attributes:
        run: its name.
        shared: how many networks of the search it has trained to the end.
    """

    def __init__(self, run: str, shared: int) -> None:
        super().__init__(
            where="search.prior",
            expected=f"runs that have trained at least {FEWEST} networks of this space to the end",
            got=f"{run}, which has trained {shared}",
        )
        self.run = run
        self.shared = shared


def prior_scores(runs: Path, spec: StudySpec) -> tuple[PriorScore, ...]:
    """Returns the scores of a search's networks in the runs that ``search.prior`` names.

    A network has the mean of its seeds. Scores are standardised within each run, as data may be easier or harder. Data
    with another number of classes give a network another classifier, which does not matter here.

    Args:
        runs: the folder of all runs.
        spec: the new search.

    Raises:
        PriorRunError: a run has trained too few networks of the space.
        UsageError: there is no such run, or its record can't be read.
    """
    found: list[PriorScore] = []
    for name in spec.search.prior:
        values: dict[Candidate, list[float]] = {}
        for trial in complete(RunFolder.find(runs, name).snapshot().ended):
            candidate = replace(trial.candidate, arch=replace(trial.arch, num_classes=len(spec.data.classes)))
            if candidate in spec.search_space:
                values.setdefault(candidate, []).append(trial.value)
        if len(values) < FEWEST:
            raise PriorRunError(name, len(values))
        scores = {candidate: mean(seeds) for candidate, seeds in values.items()}
        centre, deviation = mean(scores.values()), pstdev(scores.values()) or 1.0
        found += [PriorScore.of(name, candidate, (score - centre) / deviation) for candidate, score in scores.items()]
    return tuple(found)
