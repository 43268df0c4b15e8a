"""Lists runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from search.errors import UsageError
from search.render.overview import Overview
from search.study.folder import RunFolder
from search.study.run_names import RUNS, run_names


@dataclass(frozen=True, slots=True, kw_only=True)
class RunList:
    """The runs in a folder.

    Attributes:
        overviews: of each run that can be read, in the order of their names.
        unreadable: by name, why a run can't be read.
    """

    overviews: tuple[Overview, ...]
    unreadable: Mapping[str, str]


def list_runs(folder: Path = RUNS) -> RunList:
    """Returns the runs in ``folder``, with the progress and the results of each."""
    overviews, unreadable = [], {}
    for name in run_names(folder):
        try:
            overviews.append(Overview.of(RunFolder.find(folder, name)))
        except (UsageError, OSError) as error:
            unreadable[name] = str(error)
    return RunList(overviews=tuple(overviews), unreadable=unreadable)
