"""Scores an exported network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from search.analysis.interval import Interval, accuracy_interval
from search.api.class_coverage import MissingClasses, class_coverage
from search.api.data_location import read_data_location
from search.api.recording import Recording, record_score
from search.artifacts.evaluate import Evaluation
from search.artifacts.evaluate import evaluate as score_folder
from search.study.run_names import RUNS


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedNetwork:
    """A network that was scored.

    Attributes:
        evaluation: its scores on the validation and the test split.
        intervals: by ``validation`` and ``test``, where its accuracy probably lies.
        coverage: classes that are missing in one of the two.
        recording: whether the record of its search has it; None: there is none here, or the recorded accuracy was not
            reproduced.
    """

    evaluation: Evaluation
    intervals: Mapping[str, Interval]
    coverage: tuple[MissingClasses, ...]
    recording: Recording | None


def evaluate(folder: Path, data: str | Path | None = None, runs: Path = RUNS) -> EvaluatedNetwork:
    """Rebuilds a network from its folder and scores it on the validation and the test split.

    Where the validation accuracy is the recorded one, and the search that found the network is in ``runs``, its record
    learns the scores.

    Args:
        folder: what export or train wrote.
        data: where its data are now; None: where they were.
        runs: where runs are.

    Raises:
        UsageError: files are missing or damaged, or the data are not those it was trained on.
    """
    result = score_folder(folder, None if data is None else read_data_location(data))
    scores = {"validation": result.val, "test": result.test}
    return EvaluatedNetwork(
        evaluation=result,
        intervals={name: accuracy_interval(score.correct, score.images) for name, score in scores.items()},
        coverage=class_coverage(result.data, ("val", "test")),
        recording=record_score(result.network, folder, runs, result.test) if result.reproduced else None,
    )
