"""A whole search in folders of any name: its files are inside, and a shell takes the commands that it prints."""

import html
import json
import os
import re
import shlex
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.conftest import TINY_SEARCH
from tests.folders import ODD, pasted
from tests.helpers import Shell, shell
from tests.search.ray_backend.ports import free_ports

MARKUP = Path("a[", "b]")  # together a closing tag of Rich's markup


def after(words: str, output: str) -> str:
    """The rest of the line of ``output`` that has ``words``."""
    return next(line.partition(words)[2] for line in output.splitlines() if words in line)


@pytest.mark.slow
def test_a_search_in_a_folder_of_any_name(digits_shell: Shell, tmp_path: Path) -> None:
    top = tmp_path / ODD
    (top / MARKUP.parent).mkdir(parents=True)
    runs = top / "what?x" / "runs"
    shutil.copytree(digits_shell.folder / "data", top / "data")
    with shell(top) as terminal:
        terminal.write("-tiny.yaml", TINY_SEARCH.replace("trials: 5", "trials: 2"))
        output = terminal.launch("./-tiny.yaml", "--runs", runs)
        run = pasted(after("export: ", output), top)[1]
        assert run == str(runs / "tiny")
        check_mlflow(after("MLflow: ", output), top, terminal)
        scored = terminal.run("export", run, "--out", MARKUP, "--no-portable")
        terminal.run(*pasted(after("to score this network: ", scored), top))
        again = terminal.run("launch", "./-tiny.yaml", "--runs", runs, expect=2)
        assert pasted(after("resume that run: ", again), top) == ["launch", "--resume", run]
        card = re.findall(r"`(ulsam-search [^`]+)`", (top / MARKUP / "README.md").read_text())
        evaluate, train, predict = (pasted(line, top) for line in card)
        assert evaluate == ["evaluate", str(MARKUP)]
        assert train == ["train", str(MARKUP / "arch.yaml")]
        assert predict == ["predict", str(MARKUP), "PHOTO..."]
        terminal.run("report", run)
        report = html.unescape((runs / "tiny" / "report.html").read_text())
        assert f"ulsam-search export {shlex.quote(run)} --out best" in report
        assert json.dumps(shlex.quote(run)) in (runs / "tiny" / "front.html").read_text()
    assert sorted(tmp_path.iterdir()) == [top, tmp_path / "server.log"]


def check_mlflow(line: str, folder: Path, terminal: Shell) -> None:
    """Pastes the printed ``mlflow ui`` and looks whether the search and its files are there."""
    (port,) = free_ports(1)
    env = terminal.env | {"MLFLOW_DISABLE_TELEMETRY": "1"}
    log = folder.with_name("server.log")
    server = subprocess.Popen(
        ["sh", "-c", f"exec {line} --port {port} --workers 1"],
        cwd=folder,
        env=env,
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{address}/health", timeout=2)
                break
            except OSError:
                assert time.monotonic() < deadline, log.read_text()
                assert server.poll() is None, log.read_text()
                time.sleep(0.5)
        client = MlflowClient(address)
        experiment = client.get_experiment_by_name("tiny")
        assert experiment is not None
        runs = client.search_runs([experiment.experiment_id], "tags.`ulsam_search.trial` = 'parent'")
        assert "front" in {file.path for file in client.list_artifacts(runs[0].info.run_id)}
    finally:
        os.killpg(server.pid, 15)  # the group is the server's own
        server.wait(timeout=60)
