"""Reading in bulk says what Optuna's own reading says, and reads no more than it is asked for."""

import shutil
from pathlib import Path

import pytest
from optuna.storages import RDBStorage
from sqlalchemy import text

from search.study.study import StudyRecord
from search.study.study_reader import StudyReader
from search.study.study_table import KNOWN_REVISION, find_study, has_known_schema, read_attributes
from search.study.trial_row import READ
from search.study.trial_table import read_rows
from tests.search.factory import fill, result, spec
from tests.search.study.kinds import assert_reads_as_optuna, by_optuna, every_kind


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'study.db'}"


def test_it_reads_what_optuna_reads(url: str) -> None:
    every_kind(StudyRecord.create(url, "tiny", spec()))
    every_kind(StudyRecord.create(url, "another", spec()))
    for study_id in (1, 2):
        assert_reads_as_optuna(RDBStorage(url), study_id)


@pytest.mark.parametrize("run", ["before", "proof"])
def test_it_reads_what_optuna_reads_of_an_earlier_version(tmp_path: Path, run: str) -> None:
    frozen = Path(__file__).parent.parent / "frozen" / run / "study.db"
    shutil.copyfile(frozen, tmp_path / "study.db")
    storage = RDBStorage(f"sqlite:///{tmp_path / 'study.db'}")
    assert read_rows(storage.engine, 1, READ) == by_optuna(storage.get_all_trials(1), READ)


def test_very_many_numbers_are_read_too(url: str) -> None:
    every_kind(StudyRecord.create(url, "tiny", spec()))
    storage = RDBStorage(url)
    found = read_rows(storage.engine, 1, READ, start=None, also=range(2, 100_000))
    assert [row.number for row in found] == [2, 3, 4, 5, 6, 7]


def test_a_trial_without_what_is_asked_for_is_there(url: str) -> None:
    fill(StudyRecord.create(url, "tiny", spec()), [None, result(0.5)])
    rows = read_rows(RDBStorage(url).engine, 1, ["result"])
    assert [(row.number, row.state, set(row.attributes)) for row in rows] == [
        (0, "RUNNING", set()),
        (1, "COMPLETE", {"result"}),
    ]


def test_a_study_is_read_without_optuna_where_its_tables_are_those_of_the_installed_one(url: str) -> None:
    record = StudyRecord.create(url, "tiny", spec())
    storage = RDBStorage(url)
    assert storage.get_head_version() == KNOWN_REVISION
    assert has_known_schema(storage.engine)
    assert find_study(storage.engine, "tiny") == storage.get_study_id_from_name("tiny")
    assert find_study(storage.engine, "another") is None
    record.note_problem("a problem")
    assert read_attributes(storage.engine, 1) == storage.get_study_user_attrs(1)


def test_tables_of_another_version_are_left_to_optuna(url: str) -> None:
    StudyRecord.create(url, "tiny", spec())
    with RDBStorage(url).engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v3.0.0.d'"))
    with pytest.raises(RuntimeError):
        StudyReader.open(url, "tiny")
