"""Dockerfile: a linter has nothing to say, and what it copies is enough to set the project up."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.helpers import ROOT

DOCKERFILE = ROOT / "Dockerfile"
BIN = Path(sys.executable).parent


def copied() -> list[str]:
    """Files and folders that the image gets."""
    lines = [line.split()[1:-1] for line in DOCKERFILE.read_text().splitlines() if line.startswith("COPY ")]
    return [source for sources in lines for source in sources]


def test_the_linter_finds_nothing() -> None:
    if not (BIN / "hadolint").exists():
        pytest.skip("hadolint is not installed: make .venv/.installed-dev")
    done = subprocess.run([BIN / "hadolint", "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_that_is_copied_is_ignored() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == set(copied())


def test_what_is_copied_is_a_whole_package(tmp_path: Path) -> None:
    """As ``scripts/setup.sh`` installs it in the image: with the folders and files that are in the repository's own."""

    def packed(folder: Path) -> set[str]:
        wheel = tmp_path / "wheel" / folder.name
        subprocess.run([BIN / "uv", "build", "--quiet", "--wheel", "--out-dir", wheel, folder], check=True)
        (file,) = wheel.glob("*.whl")
        shutil.unpack_archive(file, wheel / "files", "zip")
        return {path.relative_to(wheel).as_posix() for path in (wheel / "files").rglob("*") if path.is_file()}

    image = tmp_path / "image"
    for source in copied():
        (image / source).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, image / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, image / source)
    assert packed(image) == packed(ROOT)


def test_a_kubernetes_job_has_its_program_where_the_image_puts_it() -> None:
    job = yaml.safe_load((ROOT / "ray_job.yaml").read_text())
    assert "ulsam-search launch" in job["spec"]["entrypoint"]
    assert "ENV PATH=/opt/ulsam-search/.venv/bin:${PATH}" in DOCKERFILE.read_text()
