"""The front's networks in MLflow's registry, served by MLflow's own command."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from PIL import Image

from pipelines.loading.photo import read_photo
from search.export.model import load_model
from search.export.portable import whole
from search.record.folder import RunFolder
from search.record.front import pareto_front
from tests.helpers import Shell
from tests.search.factory import fill, new_run, result


def test_where_no_weights_are_nothing_is_said_to_be_the_best(new_shell: Shell, tmp_path: Path) -> None:
    run, record = new_run(tmp_path, "bare")
    fill(record, [result(0.5)])
    output = new_shell.run("mirror", run.path, "--models", "--to", f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert "trial 0 is left out: its weights are not here" in output
    assert "nothing was registered" in output
    assert "@best" not in output


def test_the_front_is_registered_once_and_mlflow_serves_the_best(finished: Shell, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    record = RunFolder.find(finished.folder / "runs", "tiny").open_record()
    front = pareto_front(record.ended(), record.facts.search.cost_epsilon)
    best = max(front, key=lambda network: network.accuracy)
    for _ in range(2):
        output = finished.run("mirror", "tiny", "--models", "--to", uri)
        assert f"models:/tiny@best is the most accurate of {len(front)} registered networks" in output
    client = MlflowClient(uri)
    versions = {int(v.tags["ulsam_search.trial"]): v for v in client.search_model_versions("name = 'tiny'")}
    assert versions.keys() == {network.number for network in front}
    assert all(version.tags["pareto"] == "true" for version in versions.values())
    assert client.get_model_version_by_alias("tiny", "best").version == versions[best.number].version

    finished.run("export", "tiny", "--no-portable", "--out", tmp_path / "best")
    network, model = load_model(tmp_path / "best")
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    pixels = read_photo(tmp_path / "photo.png", network.data.image_size, network.recipe.input_size).float()
    (tmp_path / "in.json").write_text(json.dumps({"inputs": {"pixels": pixels.tolist()}}))
    command = "mlflow models predict -m models:/tiny@best -t json --env-manager local -i in.json"
    told = subprocess.run(
        command.split(),
        cwd=tmp_path,
        env=finished.env | {"MLFLOW_TRACKING_URI": uri},
        capture_output=True,
        text=True,
        check=True,
    )
    (probabilities,) = json.loads(told.stdout)["predictions"]["probabilities"]
    assert probabilities == pytest.approx(whole(network, model)(pixels)[0].tolist(), abs=1e-4)
