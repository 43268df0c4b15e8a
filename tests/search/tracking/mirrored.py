"""What a mirror makes of a search in a real MLflow, read back."""

from mlflow import MlflowClient
from mlflow.entities import Run

from search.study.study import StudyRecord
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_server import FINAL_SCORE, TRIAL


def mirror(uri: str, record: StudyRecord, ended: tuple[TrialRecord, ...], live: list[TrialRecord]) -> MlflowMirror:
    view = MlflowMirror(uri, record.spec, 9, ended)
    with view:
        view.outcome = "FINISHED"
        for trial in live:
            view.trial_started(trial)
            view.trial_ended(trial)
    return view


def runs(uri: str, name: str) -> tuple[Run, dict[int, Run]]:
    """The parent run and the children by trial number."""
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], f"tags.`{TRIAL}` != '{FINAL_SCORE}'")
    (parent,) = [run for run in found if run.data.tags["ulsam_search.trial"] == "parent"]
    children = {int(run.data.tags["ulsam_search.trial"]): run for run in found if run is not parent}
    assert len(children) == len(found) - 1
    return parent, children


def children(uri: str, name: str) -> dict[str, Run]:
    """All runs of a search but the parent, by their names."""
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(name)
    found = [] if experiment is None else client.search_runs([experiment.experiment_id])
    return {str(run.info.run_name): run for run in found if "mlflow.parentRunId" in run.data.tags}


def everything(uri: str, name: str) -> list[object]:
    """All that MLflow has of an experiment's runs, but for the folder of their files."""
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None
    return [
        (
            run.info.run_name,
            (run.info.run_id, run.info.status, run.info.start_time, run.info.end_time),
            sorted(run.data.params.items()),
            sorted((name, tag.replace(run.info.run_id, "ITS ID")) for name, tag in run.data.tags.items()),
            {
                metric: [
                    (point.step, point.value, point.timestamp)
                    for point in client.get_metric_history(run.info.run_id, metric)
                ]
                for metric in run.data.metrics
            },
        )
        for run in client.search_runs(
            [experiment.experiment_id], f"tags.`{TRIAL}` != '{FINAL_SCORE}'", order_by=["attributes.run_name"]
        )
    ]
