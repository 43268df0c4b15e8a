"""Where a run keeps its own copy of the network that all others learn from: as an export's folder has it."""

from pathlib import Path

from search.errors import UsageError

TEACHER_NAME = "teacher"


class TeacherGoneError(UsageError):
    """The network that a search's networks learn from is gone; going on would mix two kinds of trainings."""


def teacher_copy(run: Path) -> Path | None:
    """The folder of the copy in the folder of ``run``; None: networks learn from labels alone."""
    path = run / TEACHER_NAME
    return path if path.exists() else None


def check_teacher(run: Path) -> None:
    """Makes sure that a teacher, which the search in the folder of ``run`` has, is still there.

    Raises:
        TeacherGoneError: it is not.
    """
    if teacher_copy(run) is None:
        raise TeacherGoneError("the teacher of the search is missing", where=run / TEACHER_NAME)
