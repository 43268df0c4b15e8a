"""Finds the teacher of an earlier run, so that a search need not train it again."""

from contextlib import suppress
from pathlib import Path

from search.artifacts.teacher import files_of
from search.study.folder import NoSuchRunError, RunFolder
from search.study.spec import StudySpec
from search.study.teacher_copy import TEACHER_NAME


def earlier_teacher(runs: Path, spec: StudySpec) -> Path | None:
    """Returns the folder of a teacher that a run in ``search.warm_start`` trained in the same way; None: there is none.

    Args:
        runs: the folder that holds the runs.
        spec: the search that needs the teacher.

    Raises:
        UsageError: the record of an earlier run can't be read.
    """
    for name in spec.search.warm_start:
        with suppress(NoSuchRunError):
            earlier = RunFolder.find(runs, name)
            found = earlier.path / TEACHER_NAME
            if earlier.snapshot().spec.taught_by == spec.taught_by and all(file.is_file() for file in files_of(found)):
                return found
    return None
