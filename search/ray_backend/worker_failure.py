"""The reason for which a worker was lost."""

import errno
import re
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Self

from ray import cloudpickle
from ray._private import serialization
from ray.exceptions import ActorUnavailableError, RayActorError, RayTaskError
from ray.tune.experiment import Trial

from pipelines.errors import DataError, WeightsError
from pipelines.system_errors import NO_SPACE, system_error
from pipelines.training.micro_batches import out_of_memory
from pipelines.training.own_metric import OwnMetricError
from search.errors import UsageError
from search.run.worker_failures import FailureCause

_EXIT = re.compile(r"Worker exit detail: (.+?)(?= Some common causes include|$)")  # of what is a page of advice
_OTHER_SOURCE = (
    "if the function is wrong, correct it and launch the search file under another name: this run needs the source "
    "that it began with"
)


class WorkerOutOfMemoryError(RayActorError):  # type: ignore[misc]
    """A worker that Ray ended for want of memory.

    Tune does not expect Ray's own exception for that of a worker (2.60), which would end the whole search.
    """

    def __init__(self, message: str) -> None:
        super().__init__(error_msg=message)

    @classmethod
    def introduce(cls) -> None:
        """Lets Ray raise this exception in this process.

        By a name in a private module: Ray (2.60) makes the exception from a dead worker's error code there, and
        offers no hook for it.
        """
        serialization.OutOfMemoryError = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFailure:
    """The end of a worker that was training a trial.

    Attributes:
        reason: in one line.
        cause: what that says of the trial's network.
        is_fatal: whether every other trial would fail in the same way, as where data are missing or the disk is full.
        remedy: what to do, in one line; empty: ``reason`` says it.
    """

    reason: str
    cause: FailureCause = FailureCause.DIED
    is_fatal: bool = False
    remedy: str = ""

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Reads the error of ``trial`` from the file in which Tune has just noted it."""
        path = trial.pickled_error_file
        if path is None or not Path(path).is_file():
            return cls(reason="its worker could not be started; ray.log says why")
        try:
            error = cloudpickle.loads(Path(path).read_bytes())
        except (EOFError, UnpicklingError):
            return cls(reason=f"{Path(path).parent}: can't be written; is the disk full?", is_fatal=True)
        return cls.of_error(error)

    @classmethod
    def of_error(cls, error: BaseException) -> Self:
        """Reads an exception that Ray raised."""
        if isinstance(error, RayTaskError):
            return cls._raised(error.cause)
        if isinstance(error, WorkerOutOfMemoryError):
            return cls(reason="its machine ran out of memory, and Ray ended the worker", cause=FailureCause.MEMORY)
        gone = isinstance(error, RayActorError) and (
            error.preempted
            or "its node has died" in str(error)  # nothing but the text tells it from a worker that died
            or isinstance(error, ActorUnavailableError)  # the connection broke: Ray has not noticed yet
        )
        if gone:
            return cls(reason="its machine went away", cause=FailureCause.MACHINE)
        if detail := _EXIT.search(_one_line(error)):
            return cls(reason=f"its process died: {detail[1].rstrip('. ')}")
        return cls(
            reason=_one_line(error),
            cause=FailureCause.DIED if isinstance(error, RayActorError) else FailureCause.RAISED,
        )

    @classmethod
    def _raised(cls, raised: BaseException) -> Self:
        if isinstance(raised, OwnMetricError):
            return cls(reason=raised.line(remedy=""), is_fatal=True, remedy=_OTHER_SOURCE)
        if isinstance(raised, DataError | WeightsError | UsageError):  # of what all trainings share
            return cls(reason=str(raised), is_fatal=True)
        return cls(reason=_one_line(raised), cause=_cause_of(raised), is_fatal=system_error(raised) in NO_SPACE)


def _cause_of(raised: BaseException) -> FailureCause:
    if isinstance(raised, MemoryError) or (isinstance(raised, RuntimeError) and out_of_memory(raised)):
        return FailureCause.MEMORY
    if isinstance(raised, OSError):  # networks compute: files and connections are the machine's
        return FailureCause.MEMORY if raised.errno == errno.ENOMEM else FailureCause.OUTSIDE
    return FailureCause.RAISED if system_error(raised) is None else FailureCause.OUTSIDE


def _one_line(error: BaseException) -> str:
    """Returns the type and the text of ``error``, without Ray's lines of addresses and process numbers."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("\t")]
    return f"{type(error).__name__}: {' '.join(lines)}" if lines else type(error).__name__
