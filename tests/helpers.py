"""What all tests share. Nothing here needs the folder beside the checkout; what does, skips by name."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import pytest

from search.cli import app
from search.cli.advice import advised

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
COMMAND = Path(sys.executable).with_name("ulsam-search")


def shared(name: str) -> Path:
    """A file or folder of ``../shared``; the test is skipped, by its name, where it is not there."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"needs ../shared/{name}, which is not beside this checkout")
    return path


Refusal = TypeVar("Refusal", bound=ValueError)


def _not_json(constant: str) -> None:
    """NaN and Infinity, which Python's reader takes and others refuse."""
    raise AssertionError(f"{constant} is no JSON")


class Shell:
    """Runs ``ulsam-search`` in a folder of its own, with a Ray of its own."""

    def __init__(self, folder: Path, ray_folder: str) -> None:
        self.folder = folder
        self.error: BaseException | None = None
        # Ray notes there, in a process that has joined a cluster, how it did so.
        of_ray = {"RAY_ADDRESS", "RAY_AUTH_MODE", "RAY_AUTH_TOKEN"}
        self.env = {key: value for key, value in os.environ.items() if key not in of_ray} | {
            "RAY_TMPDIR": ray_folder,
            "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}",
        }

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Starts a command and returns at once; its output comes through ``stdout``."""
        return subprocess.Popen(
            [str(COMMAND), *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def launch(self, *arguments: object, expect: int = 0) -> str:
        """Runs ``launch``, as a process of its own, to its end; see :meth:`run`."""
        process = self.start("launch", *arguments)
        output, _ = process.communicate(timeout=280)
        assert process.returncode == expect, f"exit code {process.returncode}\n{output}"
        return output

    def launch_here(self, *arguments: object, expect: int = 0) -> str:
        """Runs ``launch`` in this process, which has imported torch and Ray, with a Ray of its own; see :meth:`run`."""
        with mock.patch.dict(os.environ, self.env, clear=True):
            return self.run("launch", *arguments, expect=expect)

    def run(self, *arguments: object, expect: int = 0) -> str:
        """Runs a command and returns what it printed; fails on another exit code.

        It runs in this process, as the console script would, so that torch is imported once.
        """
        printed = io.StringIO()
        self._run(arguments, printed, printed, expect)
        return printed.getvalue()

    def refused(self, kind: type[Refusal], *arguments: object) -> Refusal:
        """Runs a command that must be refused with exit code 2 for an error of exactly this ``kind``.

        What it printed is that error's lines, with the names of options, and nothing else.
        """
        output = self.run(*arguments, expect=2)
        error = self.error
        assert type(error) is kind, f"{type(error)}\n{output}"
        with contextlib.chdir(self.folder):
            assert output.strip().splitlines() == [f"ulsam-search: {line}" for line in advised(error).splitlines()]
        return error

    def figures(self, *arguments: object, expect: int = 0) -> Any:
        """Runs a command with ``--json``: what it printed to standard output, which is JSON and nothing else."""
        printed, beside = io.StringIO(), io.StringIO()
        self._run((*arguments, "--json"), printed, beside, expect)
        return json.loads(printed.getvalue(), parse_constant=_not_json)

    def _run(self, arguments: tuple[object, ...], output: io.StringIO, errors: io.StringIO, expect: int) -> None:
        import torch  # here, for whoever imports this file alone: see conftest.py

        threads, mask, code = torch.get_num_threads(), os.umask(0o022), 0
        self.error = None
        os.umask(mask)
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
            mock.patch.object(sys, "argv", ["ulsam-search", *map(str, arguments)]),
        ):
            try:
                app()
            except SystemExit as end:
                code = int(end.code or 0)
                self.error = end.__context__  # what the command ended with
            finally:
                torch.set_num_threads(threads)
                os.umask(mask)
        assert code == expect, f"exit code {code}\n{output.getvalue()}\n{errors.getvalue()}"

    def write(self, name: str, text: str) -> Path:
        """Writes a file in the folder."""
        path = self.folder / name
        path.write_text(text)
        return path


@contextmanager
def shell(folder: Path) -> Iterator[Shell]:
    """A shell in ``folder``. Its Ray files are short-named, as sockets demand, and removed afterwards."""
    ray_folder = tempfile.mkdtemp(prefix="us", dir="/tmp")
    try:
        yield Shell(folder, ray_folder)
    finally:
        shutil.rmtree(ray_folder, ignore_errors=True)
