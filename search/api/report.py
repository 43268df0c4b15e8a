"""A report on a search."""

from pathlib import Path

from search.analysis.front import complete
from search.api.front import NothingCompleteError
from search.api.outputs import check_output
from search.command import quoted
from search.render.endings import REPORT_ENDINGS
from search.render.report import save_report
from search.study.folder import RunFolder
from search.study.run_names import RUNS, called


def report(run: str, out: Path | None = None, runs: Path = RUNS) -> Path:
    """Writes what a search asked and found, what it cost, and what each choice changes in accuracy and cost.

    Args:
        run: name, or path of its folder.
        out: an HTML or PDF file; None: ``report.html`` in the run's folder.
        runs: where runs are.

    Returns:
        The file.

    Raises:
        UsageError: there is no such run, no trial of it is complete, or the file can't be such.
    """
    folder = RunFolder.find(runs, run)
    path = out or folder.path / "report.html"
    check_output("out", path, REPORT_ENDINGS)
    now = folder.snapshot()
    if not complete(now.ended):
        raise NothingCompleteError("no trial is complete yet", where=now.spec.name)
    more = 2 * now.asked if now.over else None
    save_report(now.spec, now.ended, path, now.final_evaluations, run=quoted(called(folder.path)), more=more)
    return path
