"""The teacher of an earlier run that a search need not train again."""

from contextlib import suppress
from pathlib import Path

from search.artifacts.teacher import files_of
from search.study.folder import NoSuchRunError, RunFolder
from search.study.spec import StudySpec
from search.study.teacher_copy import TEACHER_NAME


def earlier_teacher(runs: Path, spec: StudySpec) -> Path | None:
    """The folder of a teacher that one of ``search.warm_start`` trained alike; None: there is none."""
    for name in spec.search.warm_start:
        with suppress(NoSuchRunError):
            earlier = RunFolder.find(runs, name)
            found = earlier.path / TEACHER_NAME
            if earlier.snapshot().spec.taught_by == spec.taught_by and all(file.is_file() for file in files_of(found)):
                return found
    return None
