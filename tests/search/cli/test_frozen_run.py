"""A run that an earlier version began and that was interrupted: it is shown, resumed and exported.

``tests/search/frozen/before`` was written by the code at commit 122b207, its data folder renamed afterwards.
"""

import shutil
import sqlite3
from pathlib import Path

from search.artifacts.network import ExportedNetwork
from search.study.trial import Status
from tests.helpers import Shell
from tests.search.cli.records import record_of

FROZEN = Path(__file__).parents[1] / "frozen" / "before"


def test_a_run_of_an_earlier_version_is_shown_resumed_and_exported(new_shell: Shell) -> None:
    (new_shell.folder / "data").unlink()  # the shared digits have fewer pixels than these had
    new_shell.run("prepare", "--dataset", "digits", "--out", "data/digits")
    run = new_shell.folder / "runs" / "before"
    shutil.copytree(FROZEN, run)
    move_data(run / "study.db", new_shell.folder / "data" / "digits")
    before = record_of(new_shell, "before").trials()

    shown = new_shell.figures("front", "before")
    new_shell.launch_here("--resume", "before", "--trials", 5)
    after = record_of(new_shell, "before").trials()
    new_shell.run("export", "before", "--no-portable", "--out", "best")
    best = ExportedNetwork.load(new_shell.folder / "best")

    assert [trial.status for trial in before] == [Status.COMPLETE] * 3 + [Status.RUNNING] * 2
    assert max(row["accuracy"] for row in shown["front"]) == max(trial.value for trial in before[:3])
    assert after[:3] == before[:3]
    assert [trial.status for trial in after] == [Status.COMPLETE] * 5
    assert after[3].result is not None
    assert "epoch 10" in " ".join(after[3].result.interruptions)
    assert best.measured.accuracy == max(trial.value for trial in after)


def move_data(database: Path, folder: Path) -> None:
    """Says in a frozen study where its data are on this machine."""
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE study_user_attributes SET value_json = replace(value_json, '/nowhere/digits', ?)", (str(folder),)
        )
