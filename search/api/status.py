"""The state of a run."""

import time
from collections.abc import Iterator
from pathlib import Path

from search.render.overview import Overview, RunWatch, State
from search.study.folder import RunFolder
from search.study.run_names import RUNS

EVERY = 2.0  # seconds


def status(run: str, runs: Path = RUNS) -> Overview:
    """Returns the progress of a search, its results, its running trials and its failures, from the record alone.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        runs: the folder that holds the runs.

    Raises:
        UsageError: there is no such run, or its record can't be read.
    """
    return Overview.of(RunFolder.find(runs, run))


def follow(run: str, runs: Path = RUNS, every: float = EVERY) -> Iterator[Overview]:
    """Yields the state of a run now, and again at intervals until no process works on the run.

    Args:
        run: the name of a run in ``runs``, or the path of its folder.
        runs: the folder that holds the runs.
        every: the interval in seconds, above 0.

    Raises:
        UsageError: as :func:`status`.
    """
    watch = RunWatch(RunFolder.find(runs, run))
    while True:
        overview = watch.look()
        yield overview
        if overview.state is not State.RUNNING:
            return
        time.sleep(every)
