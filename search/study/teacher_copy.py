"""Where a run keeps its own copy of the network that all others learn from: as an export's folder has it."""

from pathlib import Path

from search.errors import UsageError

TEACHER_NAME = "teacher"


class TeacherGoneError(UsageError):
    """The network that a search's networks learn from is gone; going on would mix two kinds of trainings."""


def teacher_copy(run: Path) -> Path | None:
    """Returns the folder of a run's copy of the teacher; None: networks learn from labels alone."""
    path = run / TEACHER_NAME
    return path if path.exists() else None


def check_teacher(run: Path) -> None:
    """Checks that the run in the folder ``run`` still has its copy of the teacher.

    Raises:
        TeacherGoneError: the copy is missing.
    """
    if teacher_copy(run) is None:
        raise TeacherGoneError("the teacher of the search is missing", where=run / TEACHER_NAME)
