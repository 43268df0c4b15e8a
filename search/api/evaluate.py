"""Scores an exported network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import first_line
from pipelines.training.score import Score
from search.analysis.interval import Interval
from search.analysis.score_intervals import score_intervals
from search.api.class_coverage import MissingClasses, class_coverage
from search.api.data_location import read_data_location
from search.api.outputs import check_output
from search.api.own_metric import metric_in, metric_of
from search.api.recording import Recording, record_score
from search.artifacts.evaluate import Evaluation
from search.artifacts.evaluate import evaluate as score_folder
from search.artifacts.network import ERRORS_NAME, load_network
from search.render.endings import PAGE_ENDINGS
from search.render.errors_page import ErrorsPage, save_errors_page
from search.study.run_names import RUNS


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedNetwork:
    """A network that was scored.

    Attributes:
        evaluation: its scores on the validation and the test split.
        intervals: for ``validation`` and ``test``, the interval that probably contains each metric with a standard
            error, by its name.
        int8_intervals: the same of the network in 8-bit integers; empty where it has no scores.
        coverage: classes without an image in one of the two splits.
        page: the page that shows where the network errs on the test split; None: it could not be written.
        page_problem: why it could not.
        recording: the entry in the record of its search; None: the search is not here, or the recorded accuracy was not
            reproduced.
        unscored: the import path of the user's own function that the search maximised, where the network is not scored
            by it; None: it is, or there is none.
    """

    evaluation: Evaluation
    intervals: Mapping[str, Mapping[str, Interval]]
    int8_intervals: Mapping[str, Mapping[str, Interval]]
    coverage: tuple[MissingClasses, ...]
    page: Path | None
    page_problem: str | None
    recording: Recording | None
    unscored: str | None = None

    def score_figures(self) -> dict[str, Any]:
        """Returns the scores for JSON, by split, each with the intervals of its metrics."""
        return _figures(self.evaluation.scores, self.intervals)

    def int8_figures(self) -> dict[str, Any] | None:
        """Returns the scores of the network in 8-bit integers for JSON, by split; None: it has none."""
        scores = self.evaluation.int8
        return None if scores is None else _figures(scores, self.int8_intervals)


def evaluate(
    folder: Path,
    data: str | Path | None = None,
    runs: Path = RUNS,
    errors: Path | None = None,
    allow_code: str | None = None,
) -> EvaluatedNetwork:
    """Rebuilds a network from its folder and scores it on the validation and the test split.

    A page shows where the network errs on the test split. A folder that can't be written to costs the page alone.

    Where the validation accuracy is the recorded one, and the search that found the network is in ``runs``, the scores
    are written into the record of the search.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        data: where the prepared data are now; None: where they were when the network was trained.
        runs: the folder that holds the runs.
        errors: the page to write (HTML); None: ``errors.html`` in the folder of the network.
        allow_code: the import path of the user's own function that the search maximised, to score by; None: the network
            is scored by the metrics of this package alone.

    Raises:
        UsageError: files are missing or damaged, ``data`` is no location of data, or ``errors`` can't be written.
        OwnMetricError: the function of the user's own can't be found or computed.
        WeightsError: the weights are missing, damaged, or those of another network.
        DataError: the data are missing, damaged, or not those that the network was trained on.
    """
    if errors is not None:
        check_output("errors", errors, PAGE_ENDINGS)
    own_metric = metric_of(load_network(folder), allow_code) if folder.exists() else None
    result = score_folder(folder, None if data is None else read_data_location(data), own_metric)
    asked = metric_in(result.network)
    page, problem = _written_page(result, errors or (folder.parent if folder.is_file() else folder) / ERRORS_NAME)
    return EvaluatedNetwork(
        evaluation=result,
        intervals={name: score_intervals(score) for name, score in result.scores.items()},
        int8_intervals={name: score_intervals(score) for name, score in (result.int8 or {}).items()},
        coverage=class_coverage(result.data, ("val", "test") if result.network.measured.fold is None else ("test",)),
        page=page,
        page_problem=problem,
        recording=record_score(result.network, folder, runs, result.test, page) if result.reproduced else None,
        unscored=asked.path if own_metric is None and asked is not None else None,
    )


def _figures(scores: Mapping[str, Score], intervals: Mapping[str, Mapping[str, Interval]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, score in scores.items():
        by_metric = {metric: interval.to_dict() for metric, interval in intervals[name].items()}
        figures[name] = {**score.to_dict(), "accuracy_interval": by_metric["accuracy"], "intervals": by_metric}
    return figures


def _written_page(result: Evaluation, path: Path) -> tuple[Path | None, str | None]:
    # The page of errors, or why it could not be written: what was measured is valid nevertheless.
    page = ErrorsPage(
        network=result.network.arch.arch_id,
        data=result.network.data.name,
        split="test",
        weights_sha256=result.network.measured.weights_sha256,
        score=result.test,
        analysis=result.errors,
        pictures=result.pictures,
    )
    try:
        save_errors_page(page, path)
    except OSError as error:
        return None, f"{path}: {error.strerror or first_line(error)}"
    return path, None
