"""In an environment that has the wheel alone, away from the repository, every command starts and the main road runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.wheel import UV, build_wheel

pytestmark = pytest.mark.slow
Run = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the programs run."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a program of an environment that has the wheel alone."""
    if not UV.exists():
        pytest.skip("uv is not installed beside Python: make setup installs it")
    folder = tmp_path_factory.mktemp("wheel")
    programs = folder / "env" / "bin"
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(program: str, *words: str) -> str:
        done = subprocess.run(
            [programs / program, *words],
            cwd=home,
            env=environment | {"RAY_TMPDIR": str(folder / "ray")},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    wheel, pins = build_wheel(folder), ROOT / "requirements.lock"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "env"], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", programs / "python", "--constraint", pins, wheel]
    subprocess.run(install, check=True)
    return run


def test_every_command_has_its_help(run: Run) -> None:
    names = (
        "from typer.main import get_command; from search.cli import _commands; print(*get_command(_commands).commands)"
    )
    commands = run("python", "-c", names).split()
    assert {"launch", "front", "export"} <= set(commands)
    for command in commands:
        assert command in run("ulsam-search", command, "--help")


def test_the_road_from_images_to_an_exported_network(run: Run, home: Path) -> None:
    run("ulsam-search", "prepare", "--dataset", "digits", "--out", "data/digits")
    run("ulsam-search", "init", "data/digits", "--trials", "2", "--epochs", "1", "--out", "digits.yaml")
    run("ulsam-search", "plan", "digits.yaml", "--no-timing")
    run("ulsam-search", "launch", "digits.yaml")
    run("ulsam-search", "front", "digits", "--picture", "front.png")
    run("ulsam-search", "report", "digits", "--out", "report.html")
    run("ulsam-search", "export", "digits", "--out", "best")
    run("ulsam-search", "evaluate", "best")
    for file in ("front.png", "report.html", "best/model.onnx", "mlflow.db"):
        assert list(home.rglob(Path(file).name)), file


def test_the_sampler_alone_loads_neither_ray_nor_mlflow_nor_torch(run: Run) -> None:
    loaded = "import sys; from search import KnownCostSampler; print(*{'ray', 'mlflow', 'torch'} & set(sys.modules))"
    assert run("python", "-c", loaded).strip() == ""
