"""The page of errors is an artifact of a final evaluation in a real MLflow."""

from dataclasses import replace
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run

from search.artifacts.network import ERRORS_NAME
from search.study.final_evaluation import FinalEvaluation
from search.tracking.mlflow_evaluations import write_evaluations
from tests.search.factory import fill, new_run, result, score
from tests.search.tracking.mirrored import children, mirror

THIS, OTHER = "a" * 64, "b" * 64


def test_the_page_is_logged_once_and_again_where_it_has_changed(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path / "runs", name="errs")
    trials = fill(record, [result(0.5)])
    mirror(database, record, record.ended(), [])
    client, page = MlflowClient(database), tmp_path / "page.html"
    final = FinalEvaluation(
        weights_sha256=THIS,
        candidate=trials[0].candidate,
        trial=0,
        epochs=9,
        seed=0,
        folder=str(tmp_path / "best"),
        val=score(3, 4),
        test=score(1, 2),
    )

    def logged(evaluation: FinalEvaluation) -> tuple[Run, str | None]:
        write_evaluations(database, record.spec, [evaluation])
        run = children(database, "errs")["final evaluation: best"]
        if not client.list_artifacts(run.info.run_id):
            return run, None
        (artifact,) = client.list_artifacts(run.info.run_id)
        assert artifact.path == ERRORS_NAME
        return run, Path(client.download_artifacts(run.info.run_id, artifact.path)).read_text()

    assert logged(final)[1] is None
    shown = replace(final, errors_page=str(page))
    assert logged(shown)[1] is None, "this machine does not have it"
    page.write_text(f"of another network, {OTHER}")
    assert logged(shown)[1] is None, "the folder holds another network by now"
    page.write_text(f"the first page, {THIS}")
    first, text = logged(shown)
    assert text == page.read_text()
    client.log_text(first.info.run_id, "not written again", ERRORS_NAME)
    assert logged(shown)[1] == "not written again"
    page.write_text(f"the second page, {THIS}")
    second, text = logged(shown)
    assert text == page.read_text()
    assert second.info.run_id == first.info.run_id
    assert second.info.status == "FINISHED"
