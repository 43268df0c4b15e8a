"""Prepared data in an object store, on a real S3 server: fetched once a machine, verified, refused in one line."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from pipelines.datasets import digits
from pipelines.storage import remote
from pipelines.storage.manifest import ChangedError, verify
from pipelines.storage.prepare import prepare
from pipelines.storage.remote import CACHE, NoRoomError, StoreError, local


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("prepared") / "digits"
    prepare(digits(), path, image_size=8)
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Its ``HOST:PORT``."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


@pytest.fixture
def store(server: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the digits in an object store of this test's own."""
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "me"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        (CACHE, str(tmp_path / "cache")),
    ):
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=f"http://{server}")
    client.create_bucket(Bucket=tmp_path.name.replace("_", "-")[:63].rstrip("-"))
    bucket = tmp_path.name.replace("_", "-")[:63].rstrip("-")
    for file in data.iterdir():
        client.upload_file(str(file), bucket, f"sets/digits/{file.name}")
    return f"s3://{bucket}/sets/digits?endpoint_override={server}&scheme=http"


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are read from now on."""
    opened: list[str] = []
    original = remote._store

    def counting(url: str) -> object:
        filesystem, root = original(url)

        class Counting:
            def open_input_stream(self, path: str) -> object:
                opened.append(path.rsplit("/", 1)[1])
                return filesystem.open_input_stream(path)

        return Counting(), root

    monkeypatch.setattr(remote, "_store", counting)
    return opened


def test_a_folder_is_where_it_is(data: Path) -> None:
    assert local(data) == data


def test_a_copy_is_the_data_and_is_fetched_once(store: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = count_reads(monkeypatch)
    progress: list[tuple[int, int]] = []
    copy = local(store, ("train", "val"), on_bytes=lambda done, of: progress.append((done, of)))
    assert verify(copy, ("train", "val")).data_id == verify(data).data_id
    assert not (copy / "test.beton").exists()
    size = sum((data / name).stat().st_size for name in ("train.beton", "val.beton", "groups.npy"))
    assert progress[-1] == (size, size)
    assert local(store, ("train", "val")) == copy
    assert local(store) == copy
    assert verify(copy).data_id == verify(data).data_id
    assert sorted(name for name in opened if name.endswith(".beton")) == ["test.beton", "train.beton", "val.beton"]


def test_workers_of_one_machine_wait_for_the_first(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = count_reads(monkeypatch)
    with ThreadPoolExecutor(4) as workers:
        copies = set(workers.map(lambda _: local(store, ("train",)), range(4)))
    assert len(copies) == 1
    assert opened.count("train.beton") == 1


def test_without_the_store_a_verified_copy_goes_on(data: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, reasons = count_reads(monkeypatch), list[str]()
    problem = OSError("AWS Error NETWORK_CONNECTION")
    copy = local(store, ("train", "val"))
    working = remote._store

    def no_answer(url: str) -> object:
        raise problem

    monkeypatch.setattr(remote, "_store", no_answer)
    assert local(store, ("train", "val"), on_offline=reasons.append) == copy
    assert reasons == [str(problem)]
    assert verify(copy, ("train", "val")).data_id == verify(data).data_id
    with pytest.raises(StoreError, check=lambda error: error.__cause__ is problem):
        local(store)  # the test split was never fetched
    with pytest.raises(StoreError, check=lambda error: error.__cause__ is problem):
        local(f"{store}&region=elsewhere", ("train",))  # another address
    (copy / "val.beton").write_bytes(b"cut")
    with pytest.raises(StoreError, check=lambda error: error.__cause__ is problem):
        local(store, ("val",))
    (copy / "manifest.json").write_text("changed")
    with pytest.raises(StoreError, check=lambda error: error.__cause__ is problem):
        local(store, ("train",))
    monkeypatch.setattr(remote, "_store", working)
    verify(local(store))
    assert opened.count("train.beton") == 1, "what was whole was not fetched again"


def replace_data(store: str, server: str, folder: Path) -> None:
    """Puts other data into the store, at the same address."""
    other = folder / "other"
    prepare(digits(seed=1), other, image_size=8)
    client = boto3.client("s3", endpoint_url=f"http://{server}")
    for file in other.iterdir():
        client.upload_file(str(file), store.split("/")[2], f"sets/digits/{file.name}")


def test_other_data_that_can_not_be_fetched_whole_are_not_answered_by_the_copy(
    store: str, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local(store)
    replace_data(store, server, tmp_path)
    working = remote._store
    problem = OSError("AWS Error NETWORK_CONNECTION during GetObject operation: curlCode: 56")

    def cut(url: str) -> object:
        filesystem, root = working(url)

        class Cut:
            def open_input_stream(self, path: str) -> object:
                if path.endswith(".beton"):
                    raise problem
                return filesystem.open_input_stream(path)

        return Cut(), root

    monkeypatch.setattr(remote, "_store", cut)
    with pytest.raises(StoreError, check=lambda error: error.__cause__ is problem):
        local(store, on_offline=lambda reason: pytest.fail(reason))


class Answer(BaseHTTPRequestHandler):
    """A store that answers every request with one status; it is in the request's path."""

    def do_HEAD(self) -> None:
        self.send_response(int(self.path.split("/")[1].removeprefix("answers")))
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_store_that_refuses_has_answered(store: str, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    copy = local(store)
    refusing = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=refusing.serve_forever, daemon=True).start()
    location = f"s3://answers{status}/digits?endpoint_override=127.0.0.1:{refusing.server_port}&scheme=http"
    remote._write(remote._note(location), copy.name.encode())  # as if it had been copied before
    with pytest.raises(StoreError) as refused:
        local(location, on_offline=lambda reason: pytest.fail(reason))
    assert refused.value.where == location
    cause = refused.value.__cause__
    assert isinstance(cause, OSError)
    assert remote._is_answer(cause)
    refusing.shutdown()
    refusing.server_close()


@pytest.mark.parametrize("error", ["UNKNOWN (HTTP status 503)", "UNKNOWN (HTTP status 429)", "NETWORK_CONNECTION"])
def test_a_store_that_is_busy_or_fails_has_not_answered(error: str) -> None:
    assert not remote._is_answer(OSError(f"AWS Error {error} during HeadObject operation: No response body."))


def test_a_store_that_went_away_is_answered_by_the_copy(store: str, data: Path, tmp_path: Path) -> None:
    """A real server that stops; pyarrow tries for seconds before it gives up."""
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="going")
    for file in data.iterdir():
        client.upload_file(str(file), "going", f"digits/{file.name}")
    location = f"s3://going/digits?endpoint_override={host}:{port}&scheme=http"
    copy = local(location)
    running.stop()
    assert local(location) == copy


def test_what_the_store_has_no_more_is_not_taken_from_the_copy(store: str, server: str) -> None:
    local(store)
    boto3.client("s3", endpoint_url=f"http://{server}").delete_object(
        Bucket=store.split("/")[2], Key="sets/digits/manifest.json"
    )
    with pytest.raises(StoreError, check=lambda error: isinstance(error.__cause__, FileNotFoundError)):
        local(store)


def test_a_copy_that_was_cut_short_is_fetched_again(store: str) -> None:
    path = local(store) / "val.beton"
    path.write_bytes(path.read_bytes()[:-1])
    verify(local(store))


def test_what_was_changed_on_the_way_is_refused_and_not_kept(store: str, server: str) -> None:
    bucket = store.split("/")[2]
    client = boto3.client("s3", endpoint_url=f"http://{server}")
    content = bytearray(client.get_object(Bucket=bucket, Key="sets/digits/val.beton")["Body"].read())
    content[-1] ^= 1
    client.put_object(Bucket=bucket, Key="sets/digits/val.beton", Body=bytes(content))
    with pytest.raises(ChangedError) as refused:
        local(store)
    assert refused.value.where == f"{bucket}/sets/digits/val.beton"
    assert not list(remote._cache().rglob("*val*"))


def test_what_is_not_there_is_named_in_one_line(store: str) -> None:
    for wrong in (store.replace("digits", "nowhere"), store.replace("s3://", "s3://no-such-")):
        with pytest.raises(StoreError) as refused:
            local(wrong)
        assert refused.value.where == wrong
        assert "\n" not in str(refused.value)
        assert "hunter2" not in str(refused.value)


def test_a_machine_without_disk_space_says_so_before_it_fetches(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = local(store, ())
    manifest = json.loads((copy / "manifest.json").read_text())
    monkeypatch.setattr(remote.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    with pytest.raises(NoRoomError) as refused:
        local(store, ("train",))
    assert refused.value.where == str(copy)
    needs = manifest["splits"]["train"]["bytes"] + manifest["groups"]["bytes"]
    assert (refused.value.needs, refused.value.free) == (needs, 1000)
    assert CACHE in refused.value.remedy
