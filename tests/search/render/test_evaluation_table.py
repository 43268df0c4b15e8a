"""What was taken home, as rows of a table."""

from dataclasses import replace

from search.render.evaluation_table import final_cells
from search.study.final_evaluation import FinalScore, Hits
from tests.search.factory import facts

FACTS = facts("tiny")


def test_a_network_that_was_trained_by_another_method_is_marked() -> None:
    final = FinalScore(
        weights_sha256="a" * 64,
        arch=next(iter(FACTS.search_space)),
        trial=None,
        epochs=90,
        seed=0,
        folder="/x/tuned",
        val=Hits(3, 4),
        method=FACTS.method,
    )
    other = FACTS.method - 1
    finals = [final, replace(final, method=other), replace(final, method=None)]
    weights = [row[0] for row in final_cells(FACTS, finals)]
    assert weights == ["tuned", f"tuned (trained by method {other})", "tuned"]
