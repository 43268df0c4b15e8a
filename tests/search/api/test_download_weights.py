"""Weights are fetched from a server of this machine: whole and as they should be, or not at all."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from search.api.download_weights import FetchError, download_weights
from search.errors import ArgumentError
from tests.file_server import file_server
from ulsam.foreign.downloads import OFFERED_WEIGHTS, OfferedWeights

CONTENT = b"weights"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "served").mkdir()
    (tmp_path / "served" / "a.pth").write_bytes(CONTENT)
    with file_server(tmp_path / "served") as address:
        yield address


def offered(url: str, sha256: str) -> list[OfferedWeights]:
    return [
        OfferedWeights(
            library="torchvision", backbone="mobilenet_v2", width=1.0, url=f"{url}/a.pth", name="b.pth", sha256=sha256
        )
    ]


def test_a_file_is_fetched_whole_once_and_only_as_it_should_be(served: str, tmp_path: Path) -> None:
    right = offered(served, sha256(CONTENT).hexdigest()[:8])
    with pytest.raises(FetchError):
        download_weights("mobilenet_v2", folder=tmp_path, offered=offered(served, "0" * 8))
    with pytest.raises(FetchError, check=lambda error: error.where == f"{served}/none/a.pth"):
        download_weights("mobilenet_v2", folder=tmp_path, offered=offered(f"{served}/none", ""))
    assert [path.name for path in tmp_path.iterdir()] == ["served"]
    path = download_weights("mobilenet_v2", folder=tmp_path, offered=right)
    assert (path, path.read_bytes()) == (tmp_path / "b.pth", CONTENT)
    with pytest.raises(FetchError, check=lambda error: error.where == str(path)):
        download_weights("mobilenet_v2", folder=tmp_path, offered=right)


def test_what_nobody_offers_or_answers_is_refused(tmp_path: Path) -> None:
    for network in (("mobilenet_v2", "timm", 0.35), ("resnet50", "torchvision", 1.0), ("mobilenet_v1", "keras", 1.0)):
        with pytest.raises(ArgumentError, check=lambda error: error.argument == "download"):
            download_weights(*network, folder=tmp_path)
    with pytest.raises(FetchError):
        download_weights("mobilenet_v2", folder=tmp_path, offered=offered("http://127.0.0.1:9", ""))


def test_torchvisions_address_is_the_one_it_says() -> None:
    from torchvision.models import MobileNet_V2_Weights

    known = {file.url: file.sha256 for file in OFFERED_WEIGHTS if file.library == "torchvision"}
    assert known == {MobileNet_V2_Weights.DEFAULT.url: "7ebf99e0"}
