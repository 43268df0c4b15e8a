"""The networks of a front in MLflow's model registry, where ``mlflow models serve`` and others find them."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from search.command import quoted
from search.config.secret import in_shell, login_in_shell, names_in, without_user
from search.render.words import pixels
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from search.tracking.mlflow_server import PARETO, SEARCH_ID, TRIAL, connect

BEST = "best"  # alias of the most accurate
PORT = 5001  # 5000 is the tracking server's own


def serving(uri: str, spec: StudySpec) -> str:
    """Returns the shell command that serves the best network.

    The command sets the tracking URI: without it, MLflow looks into a database of its own. The shell fills in each
    ``${NAME}``. A server's user and password have variables of their own, as they are.

    Args:
        uri: the tracking URI; it may hold ``${NAME}`` instead of a user or a password.
        spec: the search.
    """
    login = login_in_shell(uri)
    variables = f"MLFLOW_TRACKING_URI={in_shell(_address(uri))}"
    if login is not None:
        variables += " MLFLOW_TRACKING_USERNAME={} MLFLOW_TRACKING_PASSWORD={}".format(*login)
    model = quoted(f"models:/{spec.name}@{BEST}")
    return f"{variables} mlflow models serve -m {model} --env-manager local --port {PORT}"


def to_encode(uri: str) -> tuple[str, ...]:
    """Returns each NAME in the command of :func:`serving` that is part of an address: its value is percent-encoded."""
    return names_in(_address(uri))


def _address(uri: str) -> str:
    return uri if login_in_shell(uri) is None else without_user(uri)


def asking(spec: StudySpec) -> str:
    """Returns a sentence on how to ask a network that is served."""
    sizes, classes = spec.input_sizes, len(spec.data.classes)
    size = str(sizes[0]) if len(sizes) == 1 else "size"
    which = "" if len(sizes) == 1 else f", with the size of the network ({pixels(sizes)})"
    return (
        f'POST {{"inputs": {{"pixels": [...]}}}} as application/json to http://127.0.0.1:{PORT}/invocations; '
        f"pixels are RGB from 0 to 255, (images, 3, {size}, {size}){which}; the answer "
        f"has {classes} probabilities per image"
    )


class MlflowModels:
    """The registered model of a search, which has its name: a version for each network that is or was on the front.

    Args:
        uri: the tracking URI, where the search is mirrored already.
        spec: the search.

    Attributes:
        versions: of the model, by trial number.
    """

    def __init__(self, uri: str, spec: StudySpec) -> None:
        self._spec = spec
        self._client = connect(uri)
        self.versions: dict[int, str] = {}
        if not self._client.search_registered_models(f"name = '{spec.name}'"):
            self._client.create_registered_model(spec.name)
        for version in self._client.search_model_versions(f"name = '{spec.name}'"):
            if version.tags.get(SEARCH_ID) == spec.search_id and TRIAL in version.tags:
                self.versions[int(version.tags[TRIAL])] = version.version

    def register(self, network: TrialRecord, onnx_file: Path) -> None:
        """Makes a version of a network.

        The model takes (n, 3, size, size) RGB from 0 to 255 and returns (n, classes) probabilities.

        Args:
            network: a trial with an accuracy, whose run MLflow has.
            onnx_file: the exported network.
        """
        import mlflow.onnx
        import onnx
        from mlflow.models import ModelSignature
        from mlflow.types import Schema, TensorSpec

        spec, size = self._spec, network.candidate.input_size
        floats = np.dtype(np.float32)
        signature = ModelSignature(
            Schema([TensorSpec(floats, (-1, 3, size, size), "pixels")]),
            Schema([TensorSpec(floats, (-1, len(spec.data.classes)), "probabilities")]),
        )
        run = self._run_of(network)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model")
            mlflow.onnx.save_model(
                onnx.load(onnx_file),
                path,
                signature=signature,
                metadata={"classes": list(spec.data.classes)},
                pip_requirements=["onnxruntime"],
            )
            self._client.log_artifacts(run, str(path), "model")
        version = self._client.create_model_version(
            spec.name,
            f"runs:/{run}/model",
            run,
            tags={
                "arch_id": network.arch.arch_id,
                "input_size": str(size),
                spec.metric.name: f"{network.value:.4f}",
                **{name: str(cost) for name, cost in network.costs.items()},
                SEARCH_ID: spec.search_id,
                TRIAL: str(network.number),  # with all else: a version is there whole or not at all
            },
            description=f"trial {network.number}: {network.value:.2%} on validation images, "
            + ", ".join(f"{network.costs[cost.name]:,} {cost.label}" for cost in spec.known_costs),
        )
        self.versions[network.number] = version.version

    def mark(self, front: Iterable[TrialRecord]) -> None:
        """Tags each version by whether its network is on ``front``; the most accurate one gets the alias ``best``."""
        members = {network.number: network.value for network in front if network.number in self.versions}
        for number, version in self.versions.items():
            self._client.set_model_version_tag(self._spec.name, version, PARETO, str(number in members).lower())
        if members:
            best = max(members, key=members.__getitem__)
            self._client.set_registered_model_alias(self._spec.name, BEST, self.versions[best])

    def _run_of(self, network: TrialRecord) -> str:
        experiment = self._client.get_experiment_by_name(self._spec.name)
        query = f"tags.`{SEARCH_ID}` = '{self._spec.search_id}' and tags.`{TRIAL}` = '{network.number}'"
        (run,) = self._client.search_runs([experiment.experiment_id], query)
        return str(run.info.run_id)
