"""The runs of a search in MLflow: one parent, a child run for each trial.

Every run carries the search's id, so that runs are found and none is made twice. MLflow's view can be made again from
the record at any time.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from pipelines.training.epoch import Epoch
from search.analysis.front import Front
from search.config.settings import flat
from search.render.architecture_picture import architecture_picture
from search.render.front_table import csv_table
from search.render.network_words import describe_in_full
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from search.tracking.mlflow_note import note_of
from search.tracking.mlflow_server import BEGUN, PARETO, SEARCH_ID, TRIAL, artifact_folder, connect
from search.tracking.mlflow_view import NETWORK, write_view
from spaces import Encoding

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Metric, Param, Run, RunTag

MlflowStatus = Literal["FINISHED", "KILLED", "FAILED"]

_BATCH = 500  # MLflow takes up to 1,000 metrics at once
_DIGEST = 36  # characters that it takes at most
# MLflow's own tag for what an experiment is of. Its page of version 3.17 opens by the address alone: see ``runs_page``.
_KIND = {"mlflow.experimentKind": "custom_model_development"}


class MlflowRuns:
    """The runs of one search, found where they are there and made where they are not.

    Args:
        uri: the tracking URI.
        spec: the search.
        asked: how many trials the search shall have; None: no number limits it.
        ended: the trials that have ended, for a search that is mirrored later than it began.

    Attributes:
        experiment: its id.
    """

    def __init__(self, uri: str, spec: StudySpec, asked: int | None, ended: Sequence[TrialRecord] = ()) -> None:
        self._spec = spec
        self._asked = asked
        self._encoding = Encoding(spec.search_space)
        self._client = connect(uri)
        self.experiment = self._find_experiment(uri)
        self._began = min((_milliseconds(trial)[0] for trial in ended), default=None)
        self._ended: int | None = None  # when the last trial did
        self._written = 0  # how many trials were looked at
        self._front: Front | None = None  # at the end of the curve
        self._parent = self._find_parent()
        self._begun: dict[int, str] = {}  # runs of trials that have not ended, by number
        self._running: set[int] = set()  # those of them that a worker is at
        self._children = self._find_children()
        self._on_front: set[int] = {number for number, (_, pareto) in self._children.items() if pareto}
        write_view(self._client, self.experiment, spec, self._parent)
        self._steps = len(self._client.get_metric_history(self._parent, "hypervolume"))

    def write(self, trials: Sequence[TrialRecord], running: Sequence[TrialRecord] = (), *, draw: bool) -> None:
        """Brings MLflow up to date with the trials.

        Args:
            trials: the trials that have ended, in the order of their ends: those of the last call and more.
            running: the trials that have begun and not ended.
            draw: whether to draw the front's page and pictures as well.
        """
        for trial in running:
            if trial.number not in self._running:
                self._begin_child(trial)
                self._running.add(trial.number)
        for trial in trials[self._written :]:
            if trial.number not in self._children:
                self._children[trial.number] = (self._write_child(trial), False)
            self._ended = max(self._ended or 0, _milliseconds(trial)[1])
        self._written = len(trials)
        front = self._write_curve(trials)
        self._mark(front)
        if draw:
            self._draw(trials)

    def end(self, outcome: MlflowStatus) -> None:
        """Closes the parent run, and the runs of trials that were interrupted; the search may go on later."""
        for run in self._begun.values():
            self._client.set_terminated(run, "KILLED")
        self._client.set_terminated(self._parent, outcome, self._ended)

    def _begin_child(self, trial: TrialRecord) -> None:
        """Makes the run of a trial that has begun, with its network; a trial that goes on has its run already."""
        if trial.number in self._begun:
            self._client.update_run(self._begun[trial.number], status="RUNNING")
            return
        run = self._create_child(trial)
        self._log(run.info.run_id, [], self._params(trial), [])
        self._client.set_tag(run.info.run_id, BEGUN, str(trial.number))
        self._begun[trial.number] = run.info.run_id

    def _create_child(self, trial: TrialRecord) -> "Run":
        return self._client.create_run(
            self.experiment,
            start_time=_since_epoch(trial.started),
            run_name=f"trial {trial.number:05d}",
            tags={"mlflow.parentRunId": self._parent, SEARCH_ID: self._spec.search_id, PARETO: "false"},
        )

    def _params(self, trial: TrialRecord) -> list["Param"]:
        from mlflow.entities import Param

        params = {
            NETWORK: describe_in_full(self._spec, trial.candidate),
            "arch_id": trial.arch.arch_id,
            "input_size": trial.candidate.input_size,
            **self._encoding.encode(trial.candidate),
            "seed": trial.seed,
        }
        return [Param(name, str(value)) for name, value in params.items()]

    def _write_child(self, trial: TrialRecord) -> str:
        from mlflow.entities import Metric, RunTag

        assert trial.result is not None
        start, end = _milliseconds(trial)
        begun = self._begun.pop(trial.number, None)
        self._running.discard(trial.number)
        if begun is None:
            run = self._create_child(trial)
        else:
            self._client.delete_tag(begun, BEGUN)  # from here on it is whole or half, and half a run is removed
            run = self._client.get_run(begun)
        values: dict[str, float] = {**trial.costs, "seconds": trial.result.seconds}
        if trial.status is Status.COMPLETE:
            values[self._spec.metric.name] = trial.value
        metrics = [Metric(name, value, end, 0) for name, value in values.items()]
        metrics += [metric for epoch in trial.result.epochs for metric in _epoch_metrics(epoch, start)]
        tags = [RunTag("mlflow.note.content", trial.result.note)] if trial.result.note else []
        at_rung = f"rung_{self._spec.metric.name}"
        metrics += [Metric(at_rung, score, end, rung) for rung, score in trial.result.rungs.items()]
        self._log(run.info.run_id, metrics, self._params(trial), tags)
        self._write_architecture(trial, run.info.artifact_uri)
        ending = {Status.COMPLETE: "FINISHED", Status.STOPPED: "KILLED"}.get(trial.status, "FAILED")
        self._client.set_terminated(run.info.run_id, ending, end)
        # Last: a child counts as mirrored only when it is whole.
        self._client.set_tag(run.info.run_id, TRIAL, str(trial.number))
        return str(run.info.run_id)

    def _write_architecture(self, trial: TrialRecord, artifacts: str) -> None:
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "arch.yaml").write_text(yaml.safe_dump(trial.arch.to_dict(), sort_keys=False))
            picture = architecture_picture(trial.candidate, self._spec.known_costs, self._spec.search.objectives)
            Path(folder, "arch.svg").write_text(picture)
            # As the client does, which would ask again where the run's artifacts are.
            get_artifact_repository(artifacts, tracking_uri=self._client.tracking_uri).log_artifacts(folder)

    def _mark(self, front: set[int]) -> None:
        for number in front ^ self._on_front:
            self._client.set_tag(self._children[number][0], PARETO, str(number in front).lower())
        self._on_front = front

    def _write_curve(self, trials: Sequence[TrialRecord]) -> set[int]:
        """Brings the curve up to date; returns the numbers of the front at its end."""
        from mlflow.entities import Metric

        epsilon = self._spec.search.cost_epsilon
        if self._front is None:
            self._front = Front(trials[: self._steps])
        metrics = []
        for step, trial in enumerate(trials[self._steps :], self._steps + 1):
            self._front.add(trial)
            now, result = _milliseconds(trial)[1], trial.result
            metrics.append(Metric("hypervolume", self._front.hypervolume(self._spec.reference), now, step))
            metrics.append(Metric("front_size", len(self._front.members(epsilon)), now, step))
            if result is not None and result.remaining is not None:
                metrics.append(Metric("remaining_hypervolume", result.remaining.mean, now, step))
                metrics.append(Metric("remaining_hypervolume_upper", result.remaining.upper, now, step))
        self._log(self._parent, metrics, [], [])
        self._steps = max(self._steps, len(trials))
        return {trial.number for trial in self._front.members(epsilon)}

    def _draw(self, trials: Sequence[TrialRecord]) -> None:
        # Heavy, and drawn rarely: a search begins without them.
        from search.render.front_page import save_page
        from search.render.front_picture import front_figure

        spec = self._spec
        note = note_of(spec, trials, self._asked, f"get-artifact?path=front%2Fnote.png&run_uuid={self._parent}")
        self._client.set_tag(self._parent, "mlflow.note.content", note)
        self._client.log_text(self._parent, csv_table(self._spec, trials), "front/front.csv")
        with tempfile.TemporaryDirectory() as folder:
            save_page(spec, trials, Path(folder, "front.html"))
            figure = front_figure(spec, trials)
            figure.savefig(Path(folder, "front.png"), dpi=150)
            figure.savefig(Path(folder, "note.png"), dpi=72)
            self._client.log_artifacts(self._parent, folder, "front")

    def _log(self, run: str, metrics: Sequence["Metric"], params: Sequence["Param"], tags: Sequence["RunTag"]) -> None:
        for start in range(0, max(1, len(metrics)), _BATCH):
            first = start == 0
            self._client.log_batch(run, metrics[start : start + _BATCH], params if first else (), tags if first else ())

    def _find_experiment(self, uri: str) -> str:
        name = self._spec.name
        if found := self._client.get_experiment_by_name(name):
            if found.lifecycle_stage == "deleted":  # its name stays taken
                self._client.restore_experiment(found.experiment_id)
            for tag, kind in _KIND.items():
                if tag not in found.tags:
                    self._client.set_experiment_tag(found.experiment_id, tag, kind)
            return str(found.experiment_id)
        folder = artifact_folder(uri, name)
        return str(self._client.create_experiment(name, artifact_location=folder, tags=_KIND))

    def _find_parent(self) -> str:
        query = f"tags.`{SEARCH_ID}` = '{self._spec.search_id}' and tags.`{TRIAL}` = 'parent'"
        if found := self._client.search_runs([self.experiment], query, max_results=1):
            self._client.update_run(found[0].info.run_id, status="RUNNING")
            return str(found[0].info.run_id)
        from mlflow.entities import Param

        spec = self._spec
        tags = {SEARCH_ID: spec.search_id}
        run = self._client.create_run(self.experiment, start_time=self._began, run_name=spec.name, tags=tags)
        params = {
            "data": spec.data.name,
            "data_id": spec.data.data_id,
            "reference_point": spec.reference_in_words,
            "budgets": spec.budgets_in_words,
            **flat({"search": spec.search.model_dump(), "training": spec.training.model_dump()}),
        }
        self._log(run.info.run_id, [], [Param(name, str(value)) for name, value in params.items()], [])
        self._client.log_inputs(run.info.run_id, [_dataset(spec)])
        self._client.log_text(run.info.run_id, yaml.safe_dump(asdict(spec.recipe), sort_keys=False), "recipe.yaml")
        self._client.set_tag(run.info.run_id, TRIAL, "parent")  # whole now; half a run is removed
        return str(run.info.run_id)

    def _find_children(self) -> dict[int, tuple[str, bool]]:
        """Returns runs by trial number, with whether they are marked as on the front; removes halves of runs."""
        query = f"tags.`{SEARCH_ID}` = '{self._spec.search_id}'"
        children: dict[int, tuple[str, bool]] = {}
        token = None
        while True:
            page = self._client.search_runs([self.experiment], query, max_results=1000, page_token=token)
            for run in page:
                tags = run.data.tags
                if BEGUN in tags:
                    self._begun[int(tags[BEGUN])] = run.info.run_id
                elif TRIAL not in tags:
                    self._client.delete_run(run.info.run_id)
                elif tags[TRIAL].isdigit():
                    children[int(tags[TRIAL])] = (run.info.run_id, tags.get(PARETO) == "true")
            token = page.token
            if not token:
                return children


def _dataset(spec: StudySpec) -> "DatasetInput":
    """Returns the data in the form of an input of MLflow."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    data = spec.data
    profile = {"classes": len(data.classes), "image_size": data.image_size, "validation_images": data.val_images}
    dataset = Dataset(
        name=data.name,
        digest=data.data_id[:_DIGEST],
        source_type="local" if isinstance(data.folder, Path) else data.folder.partition("://")[0],
        source=json.dumps({"uri": data.folder.as_uri() if isinstance(data.folder, Path) else data.folder}),
        profile=json.dumps(profile),
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _epoch_metrics(epoch: Epoch, start: int) -> list["Metric"]:
    from mlflow.entities import Metric

    return [Metric(name, value, start, epoch.number) for name, value in epoch.metrics.items()]


def _milliseconds(trial: TrialRecord) -> tuple[int, int]:
    """Returns when a trial started and ended, in milliseconds since the epoch."""
    assert trial.ended is not None
    return _since_epoch(trial.started), _since_epoch(trial.ended)


def _since_epoch(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
