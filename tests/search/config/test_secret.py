"""Credentials are named in files and read from the environment; no file, message or log holds one."""

import string
from collections.abc import Callable
from unittest import mock
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from requests import Request
from sqlalchemy import make_url

from search.api.data_location import read_data_location
from search.config.data_location import check_data_location
from search.config.secret import (
    AmbiguousAddressError,
    CredentialsError,
    NotSetError,
    PasswordError,
    refuse_password,
    with_password,
    without_password,
)
from search.config.settings import SearchSettings
from search.config.yaml_file import validate
from search.errors import FileError, UsageError
from search.ray_backend.cluster import joined
from search.study.database import RecordError
from search.study.study import StudyRecord
from search.tracking.mlflow_mirror import MlflowMirror
from tests.helpers import Shell
from tests.search.factory import spec

NAMED = "postgresql://me:${STUDY_PASSWORD}@127.0.0.1:9/studies"
DATABASES = (
    "postgresql://me:{}@host/x",
    "postgresql+psycopg://me:{}@host:5432/x?sslmode=require",
    "mysql+pymysql://me:{}@host/x",
    "mssql+pyodbc://me:{}@host/x?driver=ODBC+Driver+18",
    "oracle+oracledb://:{}@host/x",
    "sqlite+pysqlcipher://:{}@/x.db",
    "postgresql://host/x?user=me&password={}",
    "mysql+pymysql://host/x?passwd={}&charset=utf8",
    "postgresql://host/x?sslpassword={}",
    "mssql+pyodbc:///?odbc_connect=DRIVER%3DX%3BUID%3Dme%3BPWD%3D{}",
    "postgresql+psycopg://?conninfo=host%3Dh%20password%3D{}",
)
SERVERS = (
    "http://me:{}@host:5000",
    "https://me:{}@host/mlflow",
    "https://host/mlflow?token={}",
    "https://host/mlflow#access_token={}",
    "databricks://me:{}@host",
)
STORES = (
    "s3://AKIA:{}@bucket/digits",
    "gs://me:{}@bucket/digits",
    "s3://bucket/digits?secret_key={}",
    "s3://bucket/digits?region=x&session_token={}",
)
WORDS = "expected a folder, s3://BUCKET/FOLDER or gs://BUCKET/FOLDER, got an address that begins with"  # of messages
passwords = st.text(st.sampled_from(string.printable), min_size=1, max_size=20)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/study.db",
        "sqlite:////home/me@work/it:s/${HOME}/study.db",
        "postgresql://me@host/db",
        "postgresql+psycopg://me%40server:${STUDY_PASSWORD}@host/db?sslmode=require&passfile=/srv/pgpass",
        "postgresql://host/db?password=${STUDY_PASSWORD}&sslkey=/srv/key.pem&keepalives_idle=5",
        "mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3D{${STUDY_PASSWORD}}",
        "mysql://me:@host/db",
        NAMED,
        "http://tracking:5000",
        "https://tracking/mlflow?workspace=a",
        "https://me:${TRACKING_PASSWORD}@tracking",
        "databricks",
        "databricks://profile",
        "databricks-uc://profile",
        "mlruns",
        "file:///srv/me@work/mlruns",
    ],
)
def test_an_address_without_a_password_is_taken_as_it_is(url: str) -> None:
    assert refuse_password(url) == url


def in_file(key: str) -> Callable[[str], object]:
    """Reads a search file in which ``key`` is an address."""

    def read(url: str) -> object:
        values = {"data": url} if key == "data" else {"data": "b", "storage": {key: url}}
        return validate(SearchSettings, {"name": "a", **values}, "search.yaml")

    return read


def join(address: str) -> None:
    with joined(address):
        pass


@pytest.mark.parametrize(
    ("read", "urls"),
    [
        (in_file("study"), DATABASES),
        (in_file("mlflow"), (*DATABASES, *SERVERS)),
        (in_file("data"), STORES),
        (read_data_location, STORES),
        (join, ("ray://me:{}@host:10001", "me:{}@host:6379", "ray://host:10001?token={}")),
    ],
    ids=["storage.study", "storage.mlflow", "data", "--data", "--address"],
)
@given(password=passwords, data=st.data())
@example(password="p#w", data=None)
@example(password="a/b?c", data=None)
@example(password="@x", data=None)
@example(password="8/x", data=None)
def test_no_data_location_takes_a_password_or_repeats_it(
    read: Callable[[str], object], urls: tuple[str, ...], password: str, data: st.DataObject | None
) -> None:
    assume("${" not in password)  # the name of one
    for url in urls if data is None else [data.draw(st.sampled_from(urls))]:
        for spelt in (password, quote(password, safe="")):
            with pytest.raises(UsageError) as refused:
                read(url.format(spelt))
            with pytest.raises(UsageError) as of_another:
                read(url.format("0" * 12))
            if len(password) > 8 and password not in str(of_another.value) + WORDS:
                assert password not in str(refused.value)


@pytest.mark.parametrize(
    ("command", "url"),
    [
        (("mirror", "tiny", "--to"), "postgresql+psycopg://me:hunter/2#x?@host/x"),
        (("init",), "s3://AKIA:hunter/2#x@bucket/digits"),
        (("train", "arch.yaml", "--out", "x", "--data"), "s3://bucket/digits?secret_key=hunter/2#x"),
        (("launch", "search.yaml", "--address"), "ray://me:hunter/2#x@host:10001"),
    ],
)
def test_no_option_takes_a_password_or_repeats_it(new_shell: Shell, command: tuple[str, ...], url: str) -> None:
    output = new_shell.run(*command, url, expect=2)
    assert "hunter" not in output
    assert len(output.strip().splitlines()) == 1
    assert not [path for path in new_shell.folder.rglob("*") if path.is_file() and "hunter" in path.read_text()]


@pytest.mark.parametrize("key", ["study", "mlflow"])
def test_a_password_in_a_search_file_is_refused_with_what_to_write_instead(key: str) -> None:
    with pytest.raises(FileError) as refused:
        in_file(key)("postgresql://me:hunter2@host/db")
    (mistake,) = refused.value.mistakes
    assert mistake.where == f"storage.{key}"
    assert isinstance(mistake.__cause__, PasswordError)
    assert "${NAME}" in mistake.remedy


@pytest.mark.parametrize("values", [{"storage": DATABASES[0]}, {"storage": {"study": [DATABASES[0]]}}])
def test_an_address_under_the_wrong_key_is_not_repeated(values: dict[str, object]) -> None:
    with pytest.raises(FileError) as refused:
        validate(SearchSettings, {"name": "a", "data": "b", **values}, "search.yaml")
    assert all(mistake.where.startswith("storage") for mistake in refused.value.mistakes)
    assert "host" not in str(refused.value)


@given(password=passwords)
def test_a_named_password_reaches_the_connection_as_it_is(password: str) -> None:
    with mock.patch.dict("os.environ", {"STUDY_PASSWORD": password}):
        assert make_url(with_password(NAMED)).password == password
        assert make_url(with_password("sqlite+pysqlcipher://:${STUDY_PASSWORD}@/x.db")).password == password
        for start in ("postgresql://host/x", "sqlite:////srv/x.db"):
            assert make_url(with_password(start + "?password=${STUDY_PASSWORD}")).query["password"] == password
        request = Request("GET", with_password("http://me:${STUDY_PASSWORD}@host/")).prepare()
        by_hand = Request("GET", "http://host/", auth=("me", password)).prepare()
    assert request.headers["Authorization"] == by_hand.headers["Authorization"]


@given(password=passwords)
def test_a_message_shows_no_password(password: str) -> None:
    assume("*" not in password)
    with mock.patch.dict("os.environ", {"STUDY_PASSWORD": password}):
        for url in (NAMED, "http://me:${STUDY_PASSWORD}@host/", "postgresql://host/x?password=${STUDY_PASSWORD}"):
            filled = with_password(url)
            rendered = make_url(filled).render_as_string(hide_password=False)
            message = without_password(f"{filled} {rendered} {password} {password!r}", url)
            for spelt in (password, quote(password, safe=""), repr(password)[1:-1]):
                assert spelt not in message


def test_in_the_path_of_a_file_there_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOWHERE", raising=False)
    for path in ("sqlite:////srv/${NOWHERE}/x.db", "/srv/${NOWHERE}/mlruns", "file:///srv/${NOWHERE}"):
        assert with_password(path) == path


def test_the_advice_can_be_followed_for_every_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept in the run's folder, with the path made absolute, names the password and gets it."""
    monkeypatch.setenv("STUDY_PASSWORD", "p@s/s")
    for url in DATABASES:
        kept = validate(
            SearchSettings, {"name": "a", "data": "b", "storage": {"study": url.format("${STUDY_PASSWORD}")}}, "x"
        ).storage.study
        assert kept is not None
        assert quote("p@s/s", safe="") in with_password(kept)


def test_a_name_that_is_not_set_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STUDY_PASSWORD", raising=False)
    with pytest.raises(NotSetError) as refused:
        with_password(NAMED)
    assert (refused.value.where, refused.value.name) == (NAMED, "STUDY_PASSWORD")


def test_a_literal_password_is_hidden_too() -> None:
    assert without_password("no hunter2", "http://me:hunter2@host") == "no ***"
    assert without_password("as it was", "sqlite:///study.db") == "as it was"


def test_a_path_with_a_colon_and_an_at_is_refused_with_how_to_write_it() -> None:
    with pytest.raises(AmbiguousAddressError) as refused:
        refuse_password("/srv/12:30/me@work")
    assert "KIND://" in refused.value.remedy
    assert "file:///" in refused.value.remedy


def test_a_user_part_of_an_object_store_is_refused() -> None:
    with pytest.raises(CredentialsError):
        check_data_location("s3://AKIA@bucket/digits")
    with pytest.raises(CredentialsError):
        check_data_location("s3://bucket/digits?access_key=${NAME}")
    assert check_data_location("s3://bucket/digits?endpoint_override=host:9000&scheme=http")


def test_a_database_that_does_not_answer_does_not_give_the_password_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDY_PASSWORD", "hunter2")
    with pytest.raises(RecordError) as refused:
        StudyRecord.open(NAMED, "mine")
    whole: BaseException | None = refused.value
    while whole is not None:
        assert "hunter2" not in str(whole)
        whole = whole.__cause__


@pytest.mark.usefixtures("without_retries")
def test_a_tracking_server_that_does_not_answer_does_not_give_the_password_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKING_PASSWORD", "hunter2")
    view = MlflowMirror("http://me:${TRACKING_PASSWORD}@127.0.0.1:9/mlflow", spec(), 9, patience=60)
    with view:
        pass
    assert view.problem is not None
    assert "hunter2" not in view.problem
