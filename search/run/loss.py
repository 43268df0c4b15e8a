"""Why a worker was lost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ray import cloudpickle
from ray.exceptions import ActorUnavailableError, RayActorError, RayTaskError
from ray.tune.experiment import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The end of a worker that was training a trial.

    Attributes:
        reason: in one line.
        cause: what the worker raised; None: it died without a word.
        machine_gone: whether its whole machine went away, as spot machines do.
    """

    reason: str
    cause: BaseException | None = None
    machine_gone: bool = False

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """Reads what Tune has just noted of a trial's error, in a file of its own."""
        path = trial.pickled_error_file
        if path is None or not Path(path).is_file():
            return cls(reason="its worker could not be started; ray.log says why")
        error = cloudpickle.loads(Path(path).read_bytes())
        if isinstance(error, RayTaskError):
            return cls(reason=_one_line(error.cause), cause=error.cause)
        gone = isinstance(error, RayActorError) and (
            error.preempted
            or "its node has died" in str(error)  # nothing but the text tells it from a worker that died
            or isinstance(error, ActorUnavailableError)  # the connection broke: Ray has not noticed yet
        )
        return cls(reason="its machine went away" if gone else _one_line(error), machine_gone=gone)


def _one_line(error: BaseException) -> str:
    """The type and the line that says most: Ray puts addresses and process numbers on lines of their own."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and not line.startswith("\t")]
    return f"{type(error).__name__}: {' '.join(lines)}" if lines else type(error).__name__
