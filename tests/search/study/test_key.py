"""Keys of trainings that earlier versions made."""

import shutil
from pathlib import Path

import pytest

from search.study.study import StudyRecord

FROZEN = Path(__file__).parents[1] / "frozen"


@pytest.mark.parametrize("run", ["before", "proof"])
def test_a_training_of_an_earlier_version_has_the_key_that_it_got_then(tmp_path: Path, run: str) -> None:
    """Its input size was a value of the recipe; it is a part of the candidate."""
    shutil.copyfile(FROZEN / run / "study.db", tmp_path / "study.db")
    record = StudyRecord.open(f"sqlite:///{tmp_path / 'study.db'}", run)
    kept = {trial.number: trial.user_attrs.get("key") for trial in record._storage.get_all_trials(record._study_id)}
    ended = record.ended()
    assert len(ended) >= 3
    assert {trial.number: record.key_of(trial) for trial in ended} == {
        number: key for number, key in kept.items() if key is not None
    }
