"""MLflow's view of a search, in a real MLflow: complete, nested and never twice."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

pytest.importorskip("mlflow")

from mlflow import MlflowClient

from pipelines.training.recipe import Recipe
from search.analysis.front import pareto_front
from search.optimize.early_stopping import EarlyStop, Rival
from search.optimize.hypervolume_gap import HypervolumeGap
from search.optimize.pareto import hypervolume
from search.render.architecture_picture import architecture_picture
from search.study.final_evaluation import FinalEvaluation
from search.study.folder import RunFolder
from search.study.trial import TrialResult
from search.tracking.mlflow_evaluations import write_evaluations
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_view import TAG
from tests.helpers import Shell
from tests.search.factory import fill, new_run, result, score
from tests.search.tracking.mirrored import mirror, runs


def test_every_trial_becomes_a_child_run(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="children")
    trials = fill(record, [result(0.5), TrialResult(failure="OutOfMemoryError: 20 GiB"), result(0.7)])
    assert mirror(database, record, (), trials).problem is None
    parent, children = runs(database, "children")
    assert sorted(children) == [0, 1, 2]
    for trial in trials:
        run = children[trial.number]
        assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert run.data.params["arch_id"] == trial.arch.arch_id
        assert run.data.params["width"] == str(trial.arch.width)
        assert run.data.metrics["flops"] == trial.costs["flops"]
        assert run.data.metrics["params"] == trial.costs["params"]
    assert children[0].data.metrics["accuracy"] == 0.5
    assert children[0].info.status == "FINISHED"
    assert "accuracy" not in children[1].data.metrics
    assert children[1].info.status == "FAILED"
    assert children[1].data.tags["mlflow.note.content"] == "OutOfMemoryError: 20 GiB"
    curve = MlflowClient(database).get_metric_history(children[0].info.run_id, "val_accuracy")
    assert [(point.step, point.value) for point in curve] == [(1, 0.25), (2, 0.5)]


def test_a_view_of_the_front_is_saved_with_the_experiment(tmp_path: Path, database: str) -> None:
    """Its charts and columns name what the runs of trials have, and it unfolds the search's run."""
    _, record = new_run(tmp_path, name="view")
    trials = fill(record, [result(0.5), result(0.7)])
    mirror(database, record, (), trials)
    parent, children = runs(database, "view")
    client = MlflowClient(database)
    view = json.loads(client.get_experiment(parent.info.experiment_id).tags[TAG])
    state = json.loads(view["state"])
    assert state["runsExpanded"] == {parent.info.run_id: True}
    data = children[0].data
    axes = [(chart["yaxis"]["key"], chart["xaxis"]["key"]) for chart in state["compareRunCharts"]]
    assert axes == [("accuracy", cost.name) for cost in record.spec.known_costs]
    assert {name for pair in axes for name in pair} <= data.metrics.keys()
    there = {"metrics": data.metrics, "params": data.params, "tags": data.tags}
    columns = [column.split(".", 1) for column in [*state["selectedColumns"], state["orderByKey"]]]
    assert all(name.strip("`") in there[kind] for kind, name in columns)


def test_the_parent_has_the_hypervolume_after_each_trial(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="curve")
    trials = fill(record, [result(0.3 + number / 20) for number in range(6)])
    mirror(database, record, (), trials)
    parent, _ = runs(database, "curve")
    curve = MlflowClient(database).get_metric_history(parent.info.run_id, "hypervolume")
    expected = [
        hypervolume([trial.objectives for trial in trials[:step]], record.spec.reference) for step in range(1, 7)
    ]
    assert [point.step for point in curve] == [1, 2, 3, 4, 5, 6]
    assert [point.value for point in curve] == pytest.approx(expected)
    assert parent.info.status == "FINISHED"


def test_what_remains_and_what_was_stopped_is_there_too(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="remains")
    rivals = (Rival(number=0, lead=0.2), Rival(number=1, lead=0.1))
    outcomes = [
        result(0.5),
        replace(result(0.6), rungs={1: 0.4}, remaining=HypervolumeGap(mean=0.1, upper=0.3)),
        TrialResult(stopped=EarlyStop(rung=1, rivals=rivals, noise=0.05), rungs={1: 0.2}),
    ]
    mirror(database, record, (), fill(record, outcomes))
    parent, children = runs(database, "remains")
    client = MlflowClient(database)
    for name, value in (("remaining_hypervolume", 0.1), ("remaining_hypervolume_upper", 0.3)):
        assert [(point.step, point.value) for point in client.get_metric_history(parent.info.run_id, name)] == [
            (2, value)
        ]
    assert children[2].info.status == "KILLED"
    assert str(outcomes[2].stopped) in children[2].data.tags["mlflow.note.content"]
    assert children[2].data.metrics["rung_accuracy"] == 0.2
    assert "accuracy" not in children[2].data.metrics


def test_the_pareto_tag_is_that_of_the_front(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="tags")
    trials = fill(record, [result(accuracy) for accuracy in (0.2, 0.9, 0.5, 0.6, 0.95)])
    mirror(database, record, (), trials)
    _, children = runs(database, "tags")
    marked = {number for number, run in children.items() if run.data.tags["pareto"] == "true"}
    assert marked == {trial.number for trial in pareto_front(trials, record.spec.search.cost_epsilon)}


def test_the_parent_shows_the_front_as_note_page_picture_and_table(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="artifacts")
    trials = fill(record, [result(0.5), result(0.7)])
    mirror(database, record, (), trials)
    parent, children = runs(database, "artifacts")
    client = MlflowClient(database)
    names = {item.path for item in client.list_artifacts(parent.info.run_id, "front")}
    assert names == {"front/front.csv", "front/front.html", "front/front.png", "front/note.png"}
    assert "| trial &nbsp; | accuracy &nbsp; |" in parent.data.tags["mlflow.note.content"]
    assert "reference point" in parent.data.tags["mlflow.note.content"]
    path = client.download_artifacts(children[0].info.run_id, "arch.yaml", str(tmp_path))
    assert "backbone: mobilenet_v2" in Path(path).read_text()
    path = client.download_artifacts(children[0].info.run_id, "arch.svg", str(tmp_path))
    assert Path(path).read_text() == architecture_picture(trials[0].candidate)


def test_a_resumed_search_is_mirrored_without_duplicates(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="resumed")
    first = fill(record, [result(0.5), result(0.6)])
    mirror(database, record, (), first)
    missed = fill(record, [result(0.65)], seed=1)  # ended while no mirror was there
    later = fill(record, [result(0.7)], seed=2)
    mirror(database, record, (*first, *missed), later)
    mirror(database, record, record.ended(), [])
    parent, children = runs(database, "resumed")
    assert sorted(children) == [0, 1, 2, 3]
    curve = MlflowClient(database).get_metric_history(parent.info.run_id, "hypervolume")
    assert [point.step for point in curve] == [1, 2, 3, 4]


def test_another_search_of_that_name_stays_apart(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path / "one", name="twice")
    mirror(database, record, (), fill(record, [result(0.5)]))
    _, other = new_run(tmp_path / "two", name="twice")
    other.spec = other.spec.model_copy(update={"search_id": "another"})
    mirror(database, other, (), fill(other, [result(0.6)]))
    client = MlflowClient(database)
    experiment = client.get_experiment_by_name("twice")
    assert experiment is not None
    parents = client.search_runs([experiment.experiment_id], "tags.`ulsam_search.trial` = 'parent'")
    assert len(parents) == 2


def test_a_search_that_is_interrupted_is_not_shown_as_finished(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path, name="interrupted")
    with MlflowMirror(database, record.spec, 9) as view:
        view.trial_ended(fill(record, [result(0.5)])[0])
    assert runs(database, "interrupted")[0].info.status == "KILLED"
    assert "1 of 9 trials" in runs(database, "interrupted")[0].data.tags["mlflow.note.content"]
    mirror(database, record, record.ended(), [])
    assert runs(database, "interrupted")[0].info.status == "FINISHED"


def test_a_real_search_is_mirrored_whole(finished: Shell) -> None:
    parent, children = runs(f"sqlite:///{finished.folder / 'runs' / 'mlflow.db'}", "tiny")
    assert sorted(children) == [0, 1, 2, 3, 4]
    assert {run.info.status for run in (parent, *children.values())} == {"FINISHED"}
    assert all(0 < run.data.metrics["accuracy"] <= 1 for run in children.values())


def test_the_data_are_an_input_and_the_recipe_is_a_file(finished: Shell) -> None:
    uri = f"sqlite:///{finished.folder / 'runs' / 'mlflow.db'}"
    parent, _ = runs(uri, "tiny")
    spec = RunFolder.find(finished.folder / "runs", "tiny").open_record().spec
    (dataset,) = (given.dataset for given in parent.inputs.dataset_inputs)
    assert (dataset.name, dataset.digest) == ("digits", spec.data.data_id[:36])
    assert json.loads(dataset.profile)["classes"] == 10
    recipe = MlflowClient(uri).download_artifacts(parent.info.run_id, "recipe.yaml")
    assert Recipe(**yaml.safe_load(Path(recipe).read_text())) == spec.recipe


def test_final_evaluations_are_runs_of_their_own_once(tmp_path: Path, database: str) -> None:
    _, record = new_run(tmp_path / "runs", name="taken")
    trials = fill(record, [result(0.5), result(0.6)])
    final = FinalEvaluation(
        weights_sha256="a" * 64,
        candidate=trials[1].candidate,
        trial=None,
        epochs=90,
        seed=2,
        folder="/x/tuned",
        val=score(3, 4),
    )
    write_evaluations(database, record.spec, [final])  # not mirrored yet: nothing to add to
    assert MlflowClient(database).get_experiment_by_name("taken") is None
    mirror(database, record, record.ended(), [])
    tested = replace(final, test=score(1, 2), folder="/x/moved")
    for final_evaluations in ([final], [tested], [tested]):
        write_evaluations(database, record.spec, final_evaluations)
    mirror(database, record, record.ended(), [])
    client = MlflowClient(database)
    experiment = client.get_experiment_by_name("taken")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id])
    assert len(found) == 4
    (taken,) = [run for run in found if run.data.tags["ulsam_search.trial"] == "final"]
    assert taken.info.run_name == "final evaluation: tuned"
    assert taken.data.metrics == {
        "params": trials[1].costs["params"],
        "flops": trials[1].costs["flops"],
        "epochs": 90,
        "final_accuracy": 0.75,
        "test_accuracy": 0.5,
    }
    assert taken.data.params["arch_id"] == trials[1].arch.arch_id


def test_an_experiment_is_of_model_training_unless_somebody_says_otherwise(tmp_path: Path, database: str) -> None:
    client = MlflowClient(database)
    tag = "mlflow.experimentKind"
    for name in ("new", "old", "chosen"):
        _, record = new_run(tmp_path, name=name)
        if name != "new":
            tags = {tag: "genai_development"} if name == "chosen" else None
            client.create_experiment(name, artifact_location=(tmp_path / name).as_uri(), tags=tags)
        mirror(database, record, (), fill(record, [result(0.5)]))
        experiment = client.get_experiment_by_name(name)
        assert experiment is not None
        assert experiment.tags[tag] == ("genai_development" if name == "chosen" else "custom_model_development")
