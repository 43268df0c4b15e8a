"""Kills drivers and workers, and measures lost trials, repeated epochs and the time until training continues.

    python -m benchmarks.faults [--kills 50] [--trials 150] [--epochs 5] [--parts ours-driver rival-driver ...]

The same small trainings on digits, two at a time, by ``ulsam-search launch`` and by Ray Tune with its own parts
(``rival.py``: OptunaSearch, MLflowLoggerCallback). One run of each kills the driver (SIGKILL) and starts it again, many
times. The time from a start to a kill is random, up to twice the time to the first epoch. Another run kills workers one
after another, on average half that time apart. The result follows from the log of each training. The result file keeps
the measurements of parts that ran before.
"""

import argparse
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
import yaml

from benchmarks.faults.logged import LOG
from benchmarks.faults.rival import BLOCKS, GROUPS, SIZE, WIDTHS
from benchmarks.report import save
from pipelines.datasets import digits
from pipelines.storage.prepare import prepare

_PATIENCE = 1800.0  # seconds


@dataclass(frozen=True)
class System:
    """What is put to the test.

    Attributes:
        start: the command for a folder, new or begun.
        workers: how its workers' process names begin.
        finished: the labels of the trials that it has as finished in the end, and of how many it knows.
        tracked: how many trials MLflow has, finished ones.
    """

    start: Callable[[Path], list[str]]
    workers: tuple[str, ...]
    finished: Callable[[Path], set[str]]
    tracked: Callable[[Path], int]


def ours(trials: int, epochs: int, data: Path) -> System:
    settings = {
        "name": "ours",
        "data": str(data),
        "space": {
            "widths": list(WIDTHS),
            "groups": list(GROUPS),
            "placements": {"modes": ["insert"], "blocks": list(BLOCKS), "at_most": len(BLOCKS)},
        },
        "search": {"trials": trials, "concurrent": 2, "rungs": [], "confirm": 0},
        "training": {"epochs": epochs, "batch_size": 64, "flip": False},
        "resources": {"checkpoint_seconds": 0},
    }

    def start(folder: Path) -> list[str]:
        (folder / "search.yaml").write_text(yaml.safe_dump(settings))
        begun = (folder / "runs" / "ours").is_dir()
        arguments = ["--resume", "ours"] if begun else ["search.yaml"]
        return [sys.executable, "-m", "benchmarks.faults.ours", "launch", *arguments]

    def finished(folder: Path) -> set[str]:
        from search.study.folder import RunFolder

        record = RunFolder.find(folder / "runs", "ours").open_record()
        return {str(trial.number) for trial in record.ended() if trial.result and trial.result.value is not None}

    def tracked(folder: Path) -> int:
        return _mlflow_runs(folder / "runs" / "mlflow.db", "tags.`ulsam_search.trial` != 'parent'")

    return System(start, ("ray::Logged", "ray::ResourceTrainable"), finished, tracked)


def rival(trials: int, epochs: int, data: Path) -> System:
    def start(folder: Path) -> list[str]:
        return [sys.executable, "-m", "benchmarks.faults.rival", str(data), str(folder), str(trials), str(epochs)]

    def finished(folder: Path) -> set[str]:
        results = folder / "results.json"
        done = json.loads(results.read_text()) if results.exists() else {}
        return {label for label, epoch in done.items() if epoch == epochs}

    def tracked(folder: Path) -> int:
        return _mlflow_runs(folder / "mlflow.db", "")

    return System(start, ("ray::ImplicitFunc",), finished, tracked)


def _mlflow_runs(database: Path, query: str) -> int:
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{database}")
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    query = f"{query} and attributes.status = 'FINISHED'" if query else "attributes.status = 'FINISHED'"
    return len(client.search_runs(experiments, query, max_results=10_000))


class Attempt:
    """One system, one folder, one log."""

    def __init__(self, system: System, folder: Path) -> None:
        self.system = system
        self.folder = folder
        self.log = folder / "epochs.jsonl"
        self.restarts: list[float] = []
        self.kills: list[float] = []

    def start(self) -> psutil.Popen:
        self.restarts.append(time.time())
        environment = os.environ | {
            LOG: str(self.log),
            "PYTHONPATH": str(Path.cwd()),
            "RAY_TMPDIR": str(self.folder / "r"),
            "MLFLOW_DISABLE_TELEMETRY": "1",
        }
        (self.folder / "r").mkdir(exist_ok=True)
        with (self.folder / "output.log").open("a") as output:
            return psutil.Popen(
                self.system.start(self.folder), cwd=self.folder, env=environment, stdout=output, stderr=output
            )

    def seconds_to_first_epoch(self) -> float:
        """Waits for the first epoch of all; how long it took to come."""
        while not (self.log.exists() and self.log.stat().st_size):
            assert time.time() < self.restarts[0] + _PATIENCE, (self.folder / "output.log").read_text()
            time.sleep(0.1)
        return time.time() - self.restarts[0]

    def workers(self, driver: psutil.Popen) -> list[psutil.Process]:
        found = []
        with contextlib.suppress(psutil.Error):
            for process in driver.children(recursive=True):
                with contextlib.suppress(psutil.Error, IndexError):
                    found += [process] if process.cmdline()[0].startswith(self.system.workers) else []
        return found

    def report(self, trials: int, epochs: int, code: int | None) -> dict[str, object]:
        assert self.log.exists(), (self.folder / "output.log").read_text()
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        times = Counter((line["label"], line["epoch"]) for line in lines)
        trained = {label for label, epoch in times if epoch == epochs}
        known = self.system.finished(self.folder)
        waits = self._recoveries(lines)
        return {
            "kills": len(self.kills),
            "seconds_to_first_epoch": min(line["time"] for line in lines) - self.restarts[0],
            "exit_code": code,
            "trials_asked": trials,
            "trials_finished": len(known),
            "finished_trainings_lost": len(trained - known),
            "finished_trainings_made_again": sum(times[label, epochs] > 1 for label in trained),
            "epochs_trained": sum(times.values()),
            "epochs_trained_again": sum(count - 1 for count in times.values()),
            "finished_in_mlflow": self.system.tracked(self.folder),
            "seconds_to_recover": {"n": len(waits), "median": median(waits), "worst": max(waits)} if waits else None,
        }

    def _recoveries(self, lines: list[dict[str, float]]) -> list[float]:
        """From a start after a kill, or the kill of a worker, to the first epoch of a process that is new."""
        first: dict[float, float] = {}
        for line in lines:
            first.setdefault(line["process"], line["time"])
        waits = []
        for begun in self.restarts[1:] or self.kills:
            later = [moment for moment in first.values() if moment > begun]
            waits += [min(later) - begun] if later else []
        return waits


def kill_drivers(attempt: Attempt, kills: int, rng: random.Random) -> int | None:
    """Kills the driver that many times, and lets the last one finish; its exit code."""
    longest: float | None = None
    while True:
        driver = attempt.start()
        if longest is None:  # the first is left alone until it trains
            longest = 2 * attempt.seconds_to_first_epoch()
        wait = rng.uniform(0, longest) if len(attempt.kills) < kills else _PATIENCE
        try:
            return int(driver.wait(wait))
        except psutil.TimeoutExpired:
            children = driver.children(recursive=True)
            driver.kill()
            driver.wait()
            attempt.kills.append(time.time())
            _, left = psutil.wait_procs(children, timeout=10)  # Ray's processes end by themselves, some after minutes
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if wait == _PATIENCE:
                return None


def kill_workers(attempt: Attempt, kills: int, rng: random.Random) -> int | None:
    """Kills a worker that many times while one driver works, and lets it finish; its exit code."""
    driver = attempt.start()
    start = attempt.seconds_to_first_epoch()
    deadline = time.monotonic() + _PATIENCE + kills * start
    while driver.is_running() and driver.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(rng.uniform(0.2, 0.8) * start)
        workers = attempt.workers(driver)
        if workers and len(attempt.kills) < kills:
            with contextlib.suppress(psutil.Error):
                rng.choice(workers).kill()
                attempt.kills.append(time.time())
    with contextlib.suppress(psutil.TimeoutExpired):
        return int(driver.wait(10))
    driver.terminate()
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--trials", type=int, default=150)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    options = parser.parse_args()
    result = Path(__file__).with_name("result.json")
    figures = json.loads(result.read_text())["parts"] if result.exists() else {}
    with TemporaryDirectory(prefix="f") as top:
        data = Path(top, "digits")
        prepare(digits(), data, image_size=SIZE)
        for part in options.parts:
            make, campaign = PARTS[part]
            folder = Path(top, part)
            folder.mkdir()
            attempt = Attempt(make(options.trials, options.epochs, data), folder)
            code = campaign(attempt, options.kills, random.Random(options.seed))
            figures[part] = attempt.report(options.trials, options.epochs, code)
            print(part, json.dumps(figures[part], indent=2), flush=True)
            save(result, {"parts": figures}, ["torch", "ray", "optuna", "mlflow"])


PARTS = {
    "ours-driver": (ours, kill_drivers),
    "ours-worker": (ours, kill_workers),
    "rival-driver": (rival, kill_drivers),
    "rival-worker": (rival, kill_workers),
}


if __name__ == "__main__":
    main()
