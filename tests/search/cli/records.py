"""What a shell's search has recorded."""

from search.study.folder import RunFolder
from search.study.study import StudyRecord
from tests.helpers import Shell


def record_of(terminal: Shell, run: str = "tiny") -> StudyRecord:
    return RunFolder.find(terminal.folder / "runs", run).open_record()
