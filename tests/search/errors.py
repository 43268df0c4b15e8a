"""Predictions that are made up, and what follows from them."""

import numpy as np

from pipelines.training.predictions import Predictions
from search.analysis.error_analysis import ErrorAnalysis, analyse_errors


def predictions(pairs: list[tuple[int, int]], losses: list[float] | None = None) -> Predictions:
    """Of images with a true and a predicted label each; the loss is 1 where they differ, unless given."""
    labels, predicted = np.array(pairs, np.int64).reshape(-1, 2).T
    return Predictions(
        labels=labels,
        predicted=predicted,
        probability=np.full(len(pairs), 0.75),
        loss=(labels != predicted).astype(np.float64) if losses is None else np.array(losses),
    )


def analysis_of(matrix: list[list[int]], names: list[str]) -> ErrorAnalysis:
    """Of a confusion matrix: rows are true classes."""
    cells = ((true, predicted, count) for true, row in enumerate(matrix) for predicted, count in enumerate(row))
    return analyse_errors(predictions([(true, other) for true, other, count in cells for _ in range(count)]), names)
