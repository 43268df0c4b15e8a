"""Dockerfile: a linter has nothing to say, and what it copies is all that setting the project up needs."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.helpers import ROOT
from tests.wheel import DOCKERFILE, build_wheel, copied

HADOLINT = Path(sys.executable).with_name("hadolint")
PACKAGES = ("ulsam", "spaces", "pipelines", "search")


def test_the_linter_finds_nothing() -> None:
    if not HADOLINT.exists():
        pytest.skip("hadolint is not installed: make .venv/.installed-dev")
    done = subprocess.run([HADOLINT, "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_that_is_copied_is_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == set(copied())


def test_what_is_copied_is_the_whole_package(tmp_path: Path) -> None:
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        packed = {name for name in wheel.namelist() if not name.split("/")[0].endswith(".dist-info")}
    ours = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if "__pycache__" not in path.parts)
    assert packed == {path.relative_to(ROOT).as_posix() for path in ours if path.is_file()}


def test_the_set_up_finds_its_files() -> None:
    script = (ROOT / "scripts" / "setup.sh").read_text()
    assert "--requirement requirements.lock" in script
    assert {"scripts/setup.sh", "requirements.lock", "pyproject.toml"} <= set(copied())


def test_a_kubernetes_job_has_its_program_where_the_image_puts_it() -> None:
    text = DOCKERFILE.read_text()
    folder = re.search(r"^WORKDIR (.*)$", text, re.MULTILINE)
    assert folder is not None
    assert f"ENV PATH={folder[1]}/.venv/bin:${{PATH}}" in text
    job = yaml.safe_load((ROOT / "ray_job.yaml").read_text())
    assert "ulsam-search launch" in job["spec"]["entrypoint"]
