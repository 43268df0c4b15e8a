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
        intervals: for ``validation`` and ``test``, the interval that probably contains its accuracy.
        coverage: classes without an image in one of the two splits.
        recording: the entry in the record of its search; None: the search is not here, or the recorded accuracy was not
            reproduced.
    """

    evaluation: Evaluation
    intervals: Mapping[str, Interval]
    coverage: tuple[MissingClasses, ...]
    recording: Recording | None


def evaluate(folder: Path, data: str | Path | None = None, runs: Path = RUNS) -> EvaluatedNetwork:
    """Rebuilds a network from its folder and scores it on the validation and the test split.

    Where the validation accuracy is the recorded one, and the search that found the network is in ``runs``, the scores
    are written into the record of the search.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        data: where the prepared data are now; None: where they were when the network was trained.
        runs: the folder that holds the runs.

    Raises:
        UsageError: files are missing or damaged, or ``data`` is no location of data.
        WeightsError: the weights are missing, damaged, or those of another network.
        DataError: the data are missing, damaged, or not those that the network was trained on.
    """
    result = score_folder(folder, None if data is None else read_data_location(data))
    scores = {"validation": result.val, "test": result.test}
    return EvaluatedNetwork(
        evaluation=result,
        intervals={name: accuracy_interval(score.correct, score.images) for name, score in scores.items()},
        coverage=class_coverage(result.data, ("val", "test")),
        recording=record_score(result.network, folder, runs, result.test) if result.reproduced else None,
    )
