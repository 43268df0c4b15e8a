"""Final evaluations, as rows of a table."""

from dataclasses import replace

from search.analysis.interval import accuracy_interval
from search.render.evaluation_table import final_cells, final_table
from search.study.final_evaluation import FinalEvaluation
from tests.search.factory import score, spec

SPEC = spec("tiny")
FINAL = FinalEvaluation(
    weights_sha256="a" * 64,
    candidate=next(iter(SPEC.search_space)),
    trial=None,
    epochs=90,
    seed=0,
    folder="/x/tuned",
    val=score(3, 4),
    method=SPEC.method,
)


def test_a_network_that_was_trained_by_another_method_is_marked() -> None:
    other = SPEC.method - 1
    final_evaluations = [FINAL, replace(FINAL, method=other), replace(FINAL, method=None)]
    weights = [row[0] for row in final_cells(SPEC, final_evaluations)]
    assert weights == ["tuned", f"tuned (trained by method {other})", "tuned"]


def test_a_score_has_the_interval_of_its_images() -> None:
    final = replace(FINAL, test=score(90, 100))
    (row,) = final_cells(SPEC, [final])
    assert row[3:5] == (f"75.00% ({accuracy_interval(3, 4)})", f"90.00% ({accuracy_interval(90, 100)})")
    assert str(final_table(SPEC, [final]).title).endswith("with its 95% interval (images)")
