"""Brings MLflow up to date with a run."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.errors import first_line
from search.analysis.front import pareto_front
from search.artifacts.formats.names import FORMAT_FILES
from search.artifacts.write import network_of, write_network
from search.config.secret import refuse_password, without_password
from search.errors import ArgumentError, UsageError
from search.study.folder import RunFolder
from search.study.run_names import RUNS
from search.study.snapshot import Snapshot
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.tracking.mlflow_mirror import MlflowMirror
from search.tracking.mlflow_models import BEST, MlflowModels, asking, serving, to_encode

During = Callable[[str], AbstractContextManager[object]]


class MirrorError(Exception):
    """MLflow, or its server, could not be brought up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """The content of MLflow for a run after an update.

    Attributes:
        spec: the search.
        uri: MLflow's tracking URI.
        trials: the number of trials.
        page: the address of the run's page; None: no server shows one.
    """

    spec: StudySpec
    uri: str
    trials: int
    page: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Networks of a front that are models in MLflow's registry.

    Attributes:
        count: the number of models.
        left_out: the networks whose weights are not here.
        best: the address of the most accurate one.
        serving: the command that serves it.
        to_encode: each NAME in that command whose value has to be percent-encoded.
        asking: how to query it while it is served.
    """

    count: int
    left_out: tuple[TrialRecord, ...]
    best: str
    serving: str
    to_encode: tuple[str, ...]
    asking: str


def mirror(
    run: str,
    to: str | None = None,
    *,
    models: bool = False,
    runs: Path = RUNS,
    during: During = lambda what: nullcontext(),
    on_mirrored: Callable[[Mirrored], None] = lambda mirrored: None,
) -> tuple[Mirrored, Registered | None]:
    """Brings MLflow up to date with a run's record, after MLflow was down, or on another server.

    The record has everything that MLflow shows, so a lost view is written again. A second call changes nothing.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        to: tracking URI; None: the search's own.
        models: whether to register the front's networks as models that MLflow can serve.
        runs: the folder that holds the runs.
        during: called with the name of each part of the work; returns a context around it.
        on_mirrored: called once the trials are written, before models are registered.

    Returns:
        The trials in MLflow, and the models; None for the models unless ``models``.

    Raises:
        ArgumentError: ``to`` contains a password.
        UsageError: there is no such run, or it is running.
        MirrorError: MLflow or its server fails.
    """
    try:
        uri = None if to is None else refuse_password(to)
    except ValueError as error:
        raise ArgumentError("to", str(error)) from error
    folder = RunFolder.find(runs, run)
    with folder.lock():  # a search that runs mirrors itself
        now = folder.snapshot()
        uri = uri or folder.mlflow_uri
        try:
            mirrored = _mirror_trials(now, uri, during)
            on_mirrored(mirrored)
            return mirrored, _register(folder, now, uri, during) if models else None
        except (UsageError, MirrorError):
            raise
        except Exception as error:  # whatever MLflow or its server raises
            raise MirrorError(f"{type(error).__name__}: {without_password(first_line(error), uri)}") from None


def _mirror_trials(now: Snapshot, uri: str, during: During) -> Mirrored:
    mirror = MlflowMirror(uri, now.spec, now.asked, now.ended, patience=None)
    with during(f"{len(now.ended)} trials"), mirror:
        mirror.outcome = "FAILED" if now.problem else "FINISHED" if now.over else "KILLED"
    if mirror.problem is None:
        mirror.evaluated(now.final_evaluations)
    if mirror.problem is not None:
        raise MirrorError(mirror.problem)
    return Mirrored(spec=now.spec, uri=uri, trials=len(now.ended), page=mirror.report().page)


def _register(folder: RunFolder, now: Snapshot, uri: str, during: During) -> Registered:
    """Registers the networks of the front that are not models yet, and marks the best ones."""
    spec = now.spec
    front = pareto_front(now.ended, spec.search.cost_epsilon)
    registry, left_out = MlflowModels(uri, spec), []
    for network in front:
        if network.number in registry.versions:
            continue
        if not folder.weights(network.number).is_file():
            left_out.append(network)
            continue
        with during(f"trial {network.number}"), TemporaryDirectory() as top:
            out = Path(top, "network")
            write_network(network_of(spec, network), folder.weights(network.number), out, ("onnx",))
            registry.register(network, out / FORMAT_FILES["onnx"])
    if registry.versions:
        registry.mark(front)
    return Registered(
        count=len(registry.versions),
        left_out=tuple(left_out),
        best=f"models:/{spec.name}@{BEST}",
        serving=serving(uri, spec),
        to_encode=to_encode(uri),
        asking=asking(spec),
    )
