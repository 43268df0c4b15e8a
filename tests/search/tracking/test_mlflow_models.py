"""The front's networks in MLflow's registry, served by MLflow itself."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
import torch
from mlflow import MlflowClient
from mlflow.pyfunc import load_model as load_served
from mlflow.pyfunc import scoring_server
from PIL import Image

from pipelines.loading.photo import read_photo
from pipelines.storage.manifest import file_sha256
from pipelines.weights import save_weights
from search.analysis.front import pareto_front
from search.artifacts.inference_module import inference_module
from search.artifacts.model import load_model
from search.study.folder import RunFolder
from search.tracking.mlflow_models import PORT, serving, to_encode
from search.tracking.mlflow_server import runs_page
from search.tracking.mlflow_view import VIEW
from tests.helpers import ROOT, Shell
from tests.search.factory import SMALL_SPACE, fill, new_run, result, spec
from tests.search.ray_backend.ports import free_ports
from ulsam import build_model


def test_without_weights_nothing_is_registered_as_the_best(new_shell: Shell, tmp_path: Path) -> None:
    run, record = new_run(tmp_path, "bare")
    fill(record, [result(0.5)])
    output = new_shell.run("mirror", run.path, "--models", "--to", f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert output.splitlines()[1].startswith("trial 0 ")
    assert "@best" not in output


def with_weights(runs: Path, accuracies: Sequence[float]) -> RunFolder:
    """A run named ``tiny`` with networks that nobody trained, and their weights."""
    run, record = new_run(runs, space={**SMALL_SPACE, "backbones": ["mobilenet_v1"]})  # half of V2's layers
    for trial, accuracy in zip(fill(record, [None] * len(accuracies)), accuracies, strict=True):
        weights = run.weights(trial.number)
        weights.parent.mkdir(exist_ok=True)
        save_weights(build_model(trial.arch, trial.candidate.input_size).state_dict(), weights)
        record.finish(trial, replace(result(accuracy), weights_sha256=file_sha256(weights)))
    return run


def test_the_front_is_registered_once_and_mlflow_serves_the_best(
    new_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    run = with_weights(tmp_path / "runs", [0.9, 0.7, 0.8])
    front = pareto_front(run.snapshot().ended, run.snapshot().spec.search.cost_epsilon)
    assert 1 < len(front) < 3
    best = max(front, key=lambda network: network.value)
    for _ in range(2):
        output = new_shell.run("mirror", "tiny", "--models", "--to", uri)
        assert f"models:/tiny@best is the most accurate of {len(front)} registered networks" in output
    client = MlflowClient(uri)
    versions = {int(v.tags["ulsam_search.trial"]): v for v in client.search_model_versions("name = 'tiny'")}
    assert versions.keys() == {network.number for network in front}
    assert all(version.tags["pareto"] == "true" for version in versions.values())
    assert client.get_model_version_by_alias("tiny", "best").version == versions[best.number].version

    new_shell.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network, model = load_model(tmp_path / "best")
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    pixels = read_photo(tmp_path / "photo.png", network.data.image_size, network.input_size).float()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    # What `mlflow models serve` answers with; a slow test starts that command.
    served = load_served("models:/tiny@best")
    question = json.dumps({"inputs": {"pixels": pixels.tolist()}})
    answer = scoring_server.invocations(question, "application/json", served, served.metadata.get_input_schema())
    assert answer.status == 200, answer.response
    (probabilities,) = json.loads(answer.response)["predictions"]["probabilities"]
    assert probabilities == pytest.approx(inference_module(network, model)(pixels)[0].tolist(), abs=1e-4)


def printed(output: str, what: str) -> str:
    """What the line of the output says that begins with ``what``."""
    (line,) = [line for line in output.splitlines() if line.startswith(what)]
    return line.removeprefix(what).strip()


@pytest.mark.slow
def test_the_printed_lines_serve_the_best_network_and_ask_it(finished: Shell, tmp_path: Path) -> None:
    output = finished.run("mirror", "tiny", "--models", "--to", f"sqlite:///{tmp_path / 'mlflow.db'}")
    (port,) = free_ports(1)
    serve = printed(output, "to serve the best network:").replace(f"--port {PORT}", f"--port {port}")
    address = re.search(r"http://\S+/invocations", printed(output, "to query the served network:"))
    assert address is not None
    assert f"--port {port}" in serve
    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network, model = load_model(tmp_path / "best")
    pixels = 255 * torch.rand(2, 3, network.input_size, network.input_size)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            serve, shell=True, cwd=elsewhere, env=finished.env, stdout=log, stderr=log, start_new_session=True
        )
    try:
        question = json.dumps({"inputs": {"pixels": pixels.tolist()}}).encode()
        request = urllib.request.Request(
            address.group().replace(str(PORT), str(port)), question, {"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + 120
        while True:
            try:
                answer = json.loads(urllib.request.urlopen(request, timeout=30).read())
                break
            except urllib.error.HTTPError as error:
                pytest.fail(error.read().decode())
            except urllib.error.URLError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.5)
    finally:
        os.killpg(process.pid, signal.SIGTERM)  # the group is the server's own
        process.wait(timeout=60)
    for shares, expected in zip(
        answer["predictions"]["probabilities"], inference_module(network, model)(pixels).tolist(), strict=True
    ):
        assert shares == pytest.approx(expected, abs=1e-4)
    assert not [*elsewhere.iterdir()], "a stray database"


PASSWORD = "p@s/s \"$HOME`'"
USER_AND_PASSWORD = {"MLFLOW_TRACKING_USERNAME": "me@work", "MLFLOW_TRACKING_PASSWORD": PASSWORD}


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sqlite:////a b/mlflow.db", {}),
        ("sqlite:////a/${PW}/mlflow.db", {}),
        ("http://host:5000", {}),
        ("http://me%40work:${PW}@host:5000/a", USER_AND_PASSWORD | {"MLFLOW_TRACKING_URI": "http://host:5000/a"}),
        ("https://${ME}:${PW}@host", USER_AND_PASSWORD | {"MLFLOW_TRACKING_URI": "https://host"}),
        ("https://${ENCODED}@host", {"MLFLOW_TRACKING_URI": f"https://{quote(PASSWORD, safe='')}@host"}),
        (
            'postgresql://me:${ENCODED}@host/m?application_name=`id`$(id)"',
            {"MLFLOW_TRACKING_URI": f'postgresql://me:{quote(PASSWORD, safe="")}@host/m?application_name=`id`$(id)"'},
        ),
    ],
)
def test_the_line_that_serves_works_in_a_shell(uri: str, expected: dict[str, str]) -> None:
    line = serving(uri, spec("photos"))
    assert " mlflow models serve -m models:/photos@best " in line
    environment = {"PATH": os.environ["PATH"], "ME": "me@work", "PW": PASSWORD, "ENCODED": quote(PASSWORD, safe="")}
    shown = subprocess.run(
        ["sh", "-c", line.replace("mlflow models serve", "env #")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    variables = dict(line.split("=", 1) for line in shown.stdout.splitlines() if line.startswith("MLFLOW"))
    assert variables == {"MLFLOW_TRACKING_URI": uri} | expected
    assert to_encode(uri) == (("ENCODED",) if "ENCODED" in uri else ())


@pytest.mark.parametrize(
    ("uri", "server"),
    [
        ("sqlite:////x/mlflow.db", "http://127.0.0.1:5000"),
        ("http://host:5000", "http://host:5000"),
        ("https://me:${PW}@host/mlflow/", "https://host/mlflow"),
        ("https://${TOKEN}@Host/${WORKSPACE}", "https://Host/${WORKSPACE}"),
    ],
)
def test_the_page_of_the_runs_is_on_the_server_and_names_no_password(uri: str, server: str) -> None:
    address = urlsplit(runs_page(uri, "7") or "")
    route, _, query = address.fragment.partition("?")
    assert f"{address.scheme}://{address.netloc}{address.path.rstrip('/')}" == server
    assert route == "/experiments/7/runs"
    assert parse_qs(query) == {
        "workflowType": ["machine_learning"],
        "compareRunsMode": ["CHART"],
        "viewStateShareKey": [VIEW],
    }
    assert runs_page("postgresql://me@host/mlflow", "7") is None


def test_the_page_on_mlflow_has_the_line_that_serves() -> None:
    assert serving("sqlite:///runs/mlflow.db", spec("photos")) in (ROOT / "docs" / "mlflow.md").read_text().splitlines()
