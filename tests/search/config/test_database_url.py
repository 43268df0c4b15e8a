"""A path becomes the address of a database: the same file, whatever its folder is called."""

from pathlib import Path
from urllib.parse import quote

import optuna
import pytest
from hypothesis import given
from sqlalchemy import create_engine, text

from search.config.database_url import absolute, sqlite_file, sqlite_url
from search.config.secret import refuse_password, with_password
from search.study.study import StudyRecord
from search.tracking.mlflow_server import artifact_folder, connect
from tests.folders import ODD, names
from tests.search.factory import new_run


@given(name=names())
def test_an_address_opens_the_file_that_it_was_made_of(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("top")
    (folder / name).mkdir()
    url = sqlite_url(folder / name / "x.db")
    with create_engine(with_password(url)).connect() as connection:
        connection.execute(text("CREATE TABLE x (y INT)"))
        connection.commit()
    assert [path for path in folder.rglob("*") if path.is_file()] == [folder / name / "x.db"]
    assert sqlite_file(url) == folder / name / "x.db"
    assert absolute(url) == url == refuse_password(url)


def test_a_relative_path_means_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sqlite_url(Path("x.db")) == f"sqlite:///{tmp_path}/x.db"
    assert absolute("sqlite:///50%25 off/x.db?timeout=5") == f"sqlite+pysqlite:///{tmp_path}/50%25 off/x.db?timeout=5"
    assert absolute("sqlite+other:///a b.db") == f"sqlite+other:///{tmp_path}/a b.db"
    named = "sqlite+other://:${PW}@{}/a%20b.db?key=${KEY}"
    assert absolute(named.replace("{}", "")) == named.replace("{}", f"/{tmp_path}").replace("%20", " ")
    assert absolute("postgresql://me@host/a b") == "postgresql://me@host/a b"


def test_a_run_keeps_all_its_files_in_a_folder_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Optuna's study and MLflow's view and artifacts, of the real libraries."""
    top = tmp_path / "top"
    (top / ODD).mkdir(parents=True)
    monkeypatch.chdir(top / ODD)
    folder, record = new_run(Path("runs"))
    assert folder.open_record().spec == record.spec
    assert optuna.get_all_study_names(folder.study_url) == ["tiny"], "Optuna's own tools open it"
    client = connect(folder.mlflow_uri)
    experiment = client.create_experiment("x", artifact_location=artifact_folder(folder.mlflow_uri, "x"))
    client.log_text(client.create_run(experiment).info.run_id, "hello", "note.txt")
    assert list(top.iterdir()) == [top / ODD]
    names = {path.name for path in (top / ODD / "runs").rglob("*") if path.is_file()}
    assert {"study.db", "mlflow.db", "note.txt", "search.yaml"} <= names


def test_an_own_database_that_is_spelt_out_is_the_default(tmp_path: Path) -> None:
    spelt = f"sqlite:///{quote(str(tmp_path / ODD / 'tiny' / 'study.db'))}"
    folder, _ = new_run(tmp_path / ODD, storage={"study": spelt})
    assert folder.settings.storage.study is None
    assert StudyRecord.exists(folder.study_url, "tiny")
