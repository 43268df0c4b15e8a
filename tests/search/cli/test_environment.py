"""Faults of the environment end a command in a line, never in a traceback."""

import os
import subprocess
from pathlib import Path

import pytest
import torch

import search.cli
from tests.helpers import COMMAND, Shell


def in_shell(folder: Path, line: str, **variables: str) -> tuple[int, str]:
    """The exit code and all that a line of bash with ``ulsam-search`` prints."""
    env = os.environ | {"PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"} | variables
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=env, text=True, capture_output=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_an_output_that_takes_nothing(tmp_path: Path) -> None:
    code, said = in_shell(tmp_path, "ulsam-search --version > /dev/full")
    assert code == 2
    assert said.startswith("ulsam-search: ")
    assert len(said.splitlines()) == 1


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    _, said = in_shell(tmp_path, "set -o pipefail; (sleep 1; ulsam-search --version) | true")
    assert said == ""


def test_a_connection_that_breaks_is_no_reader_that_has_seen_enough(
    new_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        try:
            os.write(writer, b"a question")
        finally:
            os.close(writer)

    monkeypatch.setattr(search.cli, "_commands", fail)
    said = new_shell.run("runs", expect=2)
    assert "Broken pipe" in said
    assert len(said.splitlines()) == 1


def test_a_locale_without_the_letter(tmp_path: Path) -> None:
    name = "\N{PLUS-MINUS SIGN}"
    ascii_only = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, said = in_shell(tmp_path, f"ulsam-search runs --runs '{name}'", **ascii_only)
    assert code == 0
    assert "no runs yet" in said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "memory"),
        (ImportError("libtorch_cpu.so: failed to map segment"), "libtorch_cpu.so"),
        (OSError(24, "Too many open files"), "Too many open files"),
        (FileNotFoundError(2, "No usable temporary directory found"), "temporary directory"),
        (PermissionError(13, "Permission denied", "/srv/x"), "/srv/x: Permission denied"),
        (BrokenPipeError(), "Broken pipe"),
        (RuntimeError("can't start new thread"), "can't start new thread"),
        (RuntimeError("unable to open shared memory object </torch_1>: No space left on device (28)"), "No space left"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB\nand more"), "Tried to allocate 20 GiB"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "memory"),
    ],
)
def test_what_a_library_raises(
    new_shell: Shell, monkeypatch: pytest.MonkeyPatch, error: BaseException, words: str
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(search.cli, "_commands", fail)
    said = new_shell.run("runs", expect=2)
    assert said.startswith("ulsam-search: ")
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_mistake_of_ours_keeps_its_traceback(new_shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("shapes do not match")

    monkeypatch.setattr(search.cli, "_commands", fail)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        new_shell.run("runs", expect=2)
