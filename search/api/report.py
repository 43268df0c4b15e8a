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
    """Writes the settings and results of a search, its price, and what each choice changes, and returns the file.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        out: of the file to write; its ending decides the format (HTML or PDF); None: ``report.html`` in the run's
            folder.
        runs: the folder that holds the runs.

    Raises:
        NothingCompleteError: no trial is complete yet.
        UsageError: there is no such run, ``out`` can't be written, or a PDF needs a library that this machine lacks.
    """
    folder = RunFolder.find(runs, run)
    path = out or folder.path / "report.html"
    check_output("out", path, REPORT_ENDINGS)
    now = folder.snapshot()
    if not complete(now.ended):
        raise NothingCompleteError("no trial is complete yet", where=now.spec.name)
    more = 2 * now.asked if now.over and now.asked is not None else None
    save_report(now.spec, now.ended, path, now.final_evaluations, run=quoted(called(folder.path)), more=more)
    return path
