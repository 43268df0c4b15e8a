"""The scores of a search's networks after the search, in MLflow: a run for each beside those of the trials."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from search.artifacts.network import ERRORS_NAME
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.tracking.mlflow_server import FINAL, FINAL_SCORE, SEARCH_ID, TRIAL, connect

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_PAGE_SHA256 = "ulsam_search.errors_sha256"  # a tag with the SHA-256 of the page that a run has


def write_evaluations(uri: str, spec: StudySpec, final_evaluations: Sequence[FinalEvaluation]) -> None:
    """Brings MLflow up to date with final evaluations; what it has already is not made again.

    Args:
        uri: the tracking URI. Where the search is not mirrored there, nothing is written.
        spec: the search.
        final_evaluations: scores of exported networks, from the record.
    """
    from mlflow.entities import Metric, Param, RunTag

    client = connect(uri)
    experiment = client.get_experiment_by_name(spec.name)
    if experiment is None:
        return
    query = f"tags.`{SEARCH_ID}` = '{spec.search_id}' and tags.`{TRIAL}` = '%s'"
    parents = client.search_runs([experiment.experiment_id], query % "parent", max_results=1)
    if not parents:
        return
    there: dict[str, Run] = {
        run.data.tags[FINAL]: run
        for run in client.search_runs([experiment.experiment_id], query % FINAL_SCORE, max_results=50_000)
    }
    for final in final_evaluations:
        run = there.get(final.weights_sha256)
        if run is None:
            run = client.create_run(
                experiment.experiment_id,
                run_name=f"final evaluation: {final.folder_label}",
                start_time=parents[0].info.start_time,  # the same whenever it is written
                tags={
                    "mlflow.parentRunId": parents[0].info.run_id,
                    SEARCH_ID: spec.search_id,
                    TRIAL: FINAL_SCORE,
                    FINAL: final.weights_sha256,
                },
            )
        missing = {name: value for name, value in _metrics(final, spec).items() if name not in run.data.metrics}
        params = {"arch_id": final.arch.arch_id, "seed": str(final.seed)}
        tags = {"folder": final.folder} | ({} if final.method is None else {"method": str(final.method)})
        if missing:  # what a kill left out of it, too
            client.log_batch(
                run.info.run_id,
                [Metric(name, value, parents[0].info.start_time, 0) for name, value in missing.items()],
                [Param(name, value) for name, value in params.items()],
                [RunTag(name, value) for name, value in tags.items()],
            )
            client.set_terminated(run.info.run_id, end_time=parents[0].info.start_time)
        _write_page(client, run, final)


def _write_page(client: "MlflowClient", run: "Run", final: FinalEvaluation) -> None:
    """Logs the page that shows where the network errs, unless ``run`` has it or this machine does not.

    The page names its weights: a folder may hold another network by now.
    """
    path = None if final.errors_page is None else Path(final.errors_page)
    if path is None or not path.is_file():
        return
    page = path.read_text(encoding="utf-8")
    sha256 = hashlib.sha256(page.encode()).hexdigest()
    if final.weights_sha256 in page and run.data.tags.get(_PAGE_SHA256) != sha256:
        client.log_text(run.info.run_id, page, ERRORS_NAME)
        client.set_tag(run.info.run_id, _PAGE_SHA256, sha256)


def _metrics(final: FinalEvaluation, spec: StudySpec) -> dict[str, float]:
    """Returns the metrics by other names than those of trials, whose chart shows the scores of equal trainings."""
    scores = {"final": final.val, "test": final.test}
    return {
        **spec.search_space.costs_of(final.candidate),
        "epochs": final.epochs,
        **{
            f"{prefix}_{name}": value
            for prefix, score in scores.items()
            if score is not None
            for name, value in score.values.items()
        },
    }
