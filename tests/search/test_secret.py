"""Passwords are named in files and read from the environment; no file, message or log holds one."""

from pathlib import Path

import pytest

from search.errors import UsageError
from search.record.study import RecordError, StudyRecord
from search.secret import refuse_password, with_password, without_password
from search.settings import read_settings
from search.views.mlflow_mirror import MlflowMirror
from tests.search.factory import facts

NAMED = "postgresql://me:${STUDY_PASSWORD}@127.0.0.1:9/studies"


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/study.db", "postgresql://me@host/db", NAMED, "http://tracking:5000", "databricks"]
)
def test_an_address_without_a_password_is_taken_as_it_is(url: str) -> None:
    assert refuse_password(url) == url


@pytest.mark.parametrize("key", ["study", "mlflow"])
def test_a_password_in_a_search_file_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    path = tmp_path / "search.yaml"
    path.write_text(f"name: a\ndata: b\nstorage: {{{key}: 'postgresql://me:hunter2@host/db'}}\n")
    with pytest.raises(UsageError, match=rf"storage.{key}: holds a password.*write \$\{{NAME\}}") as refused:
        read_settings(path)
    assert "hunter2" not in str(refused.value)


def test_a_named_password_comes_from_the_environment_spelt_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDY_PASSWORD", "p@ss/w:rd")
    assert with_password(NAMED) == "postgresql://me:p%40ss%2Fw%3Ard@127.0.0.1:9/studies"


def test_a_name_that_is_not_set_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDY_PASSWORD", raising=False)
    with pytest.raises(UsageError, match="STUDY_PASSWORD is not set in the environment"):
        with_password(NAMED)


def test_a_message_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDY_PASSWORD", "p@ss")
    assert without_password("no p@ss here, nor p%40ss", NAMED) == "no *** here, nor ***"
    assert without_password("no hunter2", "http://me:hunter2@host") == "no ***"
    assert without_password("as it was", "sqlite:///study.db") == "as it was"


def test_a_database_that_does_not_answer_does_not_give_the_password_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDY_PASSWORD", "hunter2")
    with pytest.raises(RecordError) as refused:
        StudyRecord.open(NAMED, "mine")
    whole: BaseException | None = refused.value
    while whole is not None:
        assert "hunter2" not in str(whole)
        whole = whole.__cause__


def test_a_tracking_server_that_does_not_answer_does_not_give_the_password_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKING_PASSWORD", "hunter2")
    view = MlflowMirror("http://me:${TRACKING_PASSWORD}@127.0.0.1:9/mlflow", facts(), 9, patience=60)
    with view:
        pass
    assert view.problem is not None
    assert "hunter2" not in view.problem
