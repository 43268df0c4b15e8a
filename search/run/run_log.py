"""The log of a search for its maintainer: ``runs/NAME/search.log``, in UTC, appended by every launch."""

import logging
import os
import platform
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Self

from pipelines.training.epoch import Epoch
from search.config.secret import without_password
from search.run.driver import Driver
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord

LOG_NAME = "search.log"
_PACKAGES = ("ulsam-search", "torch", "ray", "optuna", "mlflow")

_ours = logging.getLogger("ulsam_search")  # what --verbose shows, and a notebook may
_log = logging.getLogger("ulsam_search.run")


class LogFile(logging.FileHandler):
    """A log file that a full disk may cut short; the driver reports that in one line."""

    def handleError(self, record: logging.LogRecord) -> None: ...  # noqa: N802

    def close(self) -> None:
        """Closes the file; what a full disk left in the buffer is lost."""
        with suppress(OSError):
            super().close()


class RunLog:
    """An observer that writes a run's log. Use it as a context manager.

    Args:
        folder, spec: of the run.
        asked: how many trials it shall have; None: no number limits it.
        begun, ended: how many it has, and how many of them are over.
        machines: resources of each machine of the Ray cluster; empty: nothing is to be trained.
        hours: limit on the running time, over all launches; None: there is none.
    """

    def __init__(
        self,
        folder: RunFolder,
        spec: StudySpec,
        asked: int | None,
        begun: int,
        ended: int,
        machines: Sequence[Mapping[str, float]] = (),
        hours: float | None = None,
    ) -> None:
        self._spec = spec
        self._asked, self._begun, self._ended = asked, begun, ended
        self._machines = machines
        self._hours = hours
        self._handler = _handler(folder)
        self._level = logging.NOTSET

    def __enter__(self) -> Self:
        _ours.addHandler(self._handler)
        self._level = _ours.level
        if not _ours.isEnabledFor(logging.INFO):
            _ours.setLevel(logging.INFO)
        packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        system = f"{platform.node()}, {platform.platform()}, {os.cpu_count()} CPUs"
        _log.info("%s %s, id %s", self._spec.name, "resumed" if self._begun else "began", self._spec.search_id)
        limits = {"trials": self._asked, "h": self._hours}
        requested = " and ".join(f"{limit:g} {unit}" for unit, limit in limits.items() if limit is not None)
        _log.info("%s requested, %d trials started, %d of them finished", requested, self._begun, self._ended)
        _log.info("Python %s, %s", platform.python_version(), packages)
        _log.info("driver on %s, process %d", system, os.getpid())
        for machine in self._machines:
            _log.info("machine with %g CPUs and %g GPUs", machine.get("CPU", 0), machine.get("GPU", 0))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is not None:
            _log.error("ended by %s: %s", type(error).__name__, error)
        _ours.setLevel(self._level)
        _ours.removeHandler(self._handler)
        self._handler.close()

    def trial_started(self, trial: TrialRecord) -> None:
        _log.info("trial %d started: %s, seed %d", trial.number, self._spec.name_of(trial.candidate), trial.seed)

    def epoch_done(self, trial: TrialRecord, epoch: Epoch) -> None:
        metric = self._spec.metric.name
        _log.debug("trial %d: epoch %d, %s %.4f", trial.number, epoch.number, metric, epoch.val[metric])

    def trial_lost(self, trial: TrialRecord, reason: str) -> None:
        _log.warning("trial %d lost its worker: %s", trial.number, reason)

    def trial_ended(self, trial: TrialRecord) -> None:
        result = trial.result
        assert result is not None, f"trial {trial.number} is {trial.status}"
        level = logging.WARNING if trial.status is Status.FAILED else logging.INFO
        value = "" if result.value is None else f"{self._spec.metric.name} {result.value:.4f}"
        found = "; ".join(filter(None, (value, result.note)))
        took = f"{len(result.epochs)} epochs in {result.seconds:.1f} s on {result.host or '?'} ({result.device})"
        _log.log(level, "trial %d %s: %s; %s", trial.number, trial.status.value, found, took)

    def interrupted(self) -> None:
        """Logs that a user asked for the end."""
        _log.info("interrupted")

    def search_ended(self, driver: Driver) -> None:
        """Logs how the driver left the search."""
        if driver.problem is not None:
            more = f"or one more network for comparison, {driver.enough_trials} trials in all"
            lines = (driver.problem, driver.remedy, more if driver.enough_trials is not None else "")
            _log.error("stopped: %s", "; ".join(filter(None, lines)))
        if driver.time_up is not None:
            _log.info(driver.time_up.in_words)
        states = {"settled": driver.settled, "finished": driver.finished, "exhausted": driver.exhausted}
        state = next((state for state, there in states.items() if there), "to be resumed")
        of_all = "" if self._asked is None else f" of {self._asked}"
        _log.info("%d%s trials finished: %s", len(driver.ended), of_all, state)


def _handler(folder: RunFolder) -> logging.Handler:
    """Returns a handler that appends to the log in ``folder``, or none that writes if the log can't be opened."""
    try:
        handler = LogFile(folder.path / LOG_NAME, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(_WithoutSecrets((folder.study_url, folder.mlflow_uri)))
    handler.setLevel(logging.INFO)
    return handler


class _WithoutSecrets(logging.Formatter):
    """Lines in UTC, with asterisks for the passwords of ``addresses``."""

    def __init__(self, addresses: Sequence[str]) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", datefmt="%Y-%m-%dT%H:%M:%S")
        self._addresses = addresses

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for address in self._addresses:
            line = without_password(line, address)
        return line
