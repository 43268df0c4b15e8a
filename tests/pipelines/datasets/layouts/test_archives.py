"""Class folders in archives, and archives that nothing should be read from."""

import bz2
import gzip
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pipelines.datasets import folder
from pipelines.datasets.folder import NoSuchFolderError
from pipelines.datasets.layouts.scratch import (
    NoPlaceToUnpackError,
    NoRoomToUnpackError,
    Scratch,
    Unpacking,
    scratch_beside,
)
from pipelines.datasets.layouts.unpacking import DamagedPackageError, DeepPackageError, UnsafePackageError
from pipelines.errors import UnreadableImagesError
from pipelines.reserving import BusyError
from pipelines.storage.prepare import prepare
from tests.pipelines.datasets.layouts.written import hashes, images, prepared, tarred, zipped


@pytest.mark.parametrize("name", ["photos.zip", "photos.tar", "photos.tar.gz", "photos.tgz"])
@pytest.mark.parametrize("below", ["", "photos/", "of/2024/"])
def test_an_archive_is_read_as_the_folder_that_was_packed(
    tmp_path: Path, classes: Path, stored: dict[str, str], name: str, below: str
) -> None:
    pack = zipped if name.endswith(".zip") else tarred
    manifest = prepared(pack(classes, tmp_path / name, below or "./"), tmp_path / "data")
    assert hashes(manifest) == stored
    assert (manifest.name, manifest.made) == ("photos", "split as found")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", name], "what was unpacked is removed"


def test_archives_in_folders_and_archives_are_read(tmp_path: Path, classes: Path, stored: dict[str, str]) -> None:
    """A split a file, one with its own name inside, and a class a file, as ImageNet has them."""
    source = tmp_path / "photos"
    (source / "test").mkdir(parents=True)
    zipped(classes / "train", source / "train.zip")
    tarred(classes / "val", source / "val.tar.gz", "val")
    for name in ("cat", "dog"):
        tarred(classes / "test" / name, source / "test" / f"{name}.tar")
    assert hashes(prepared(source, tmp_path / "one")) == stored
    assert hashes(prepared(zipped(source, tmp_path / "all.zip"), tmp_path / "two")) == stored


def test_archives_beside_images_are_left_alone(tmp_path: Path, classes: Path) -> None:
    source = tmp_path / "photos"
    zipped(classes, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as file:
        file.extractall(source)
    (tmp_path / "all.zip").rename(source / "backup.zip")
    dataset = folder(source)
    assert dataset.classes == ("cat", "dog")
    assert dataset.left_out == (str(source / "backup.zip"),)


def test_images_are_called_by_their_paths_in_the_archive(tmp_path: Path, classes: Path) -> None:
    torn = tmp_path / "photos.zip"
    with zipfile.ZipFile(zipped(classes, torn), "a") as file:
        file.writestr("train/cat/torn.png", b"no image")
        file.writestr("train/cat/notes.txt", "of cats")
        file.writestr("__MACOSX/train/cat/._torn.png", b"")
        file.writestr("train/.DS_Store", b"")
    with scratch_beside(tmp_path / "data") as scratch:
        dataset = folder(torn, scratch=scratch)
        assert dataset.left_out == (f"{torn}/train/cat/notes.txt",)
        with pytest.raises(UnreadableImagesError) as refused:
            prepare(dataset, tmp_path / "data", image_size=8)
    (failure,) = refused.value.failures
    assert failure.where == f"{torn}/train/cat/torn.png"
    assert ".unpacked" not in str(failure)
    assert [path.name for path in tmp_path.iterdir()] == ["photos.zip"]


def test_what_was_made_before_an_interruption_is_taken_up(tmp_path: Path, classes: Path) -> None:
    archive, fingerprints = zipped(classes, tmp_path / "photos.zip"), []
    for _ in range(2):
        with scratch_beside(tmp_path / "data") as scratch:
            of_all = folder(archive, scratch=scratch).splits["train"]
            fingerprints.append([(image.where, image.fingerprint()) for image in of_all])
    assert fingerprints[0] == fingerprints[1]
    os.utime(archive, (1, 1))
    with scratch_beside(tmp_path / "data") as scratch:
        assert folder(archive, scratch=scratch).splits["train"][0].fingerprint() != fingerprints[0][0][1]


@pytest.mark.parametrize("name", ["../escaped.png", "/tmp/escaped.png", "train/../../escaped.png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_path_outside_of_the_archive_is_refused(tmp_path: Path, kind: str, name: str) -> None:
    archive = tmp_path / f"photos.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(name, b"x")
    else:
        with tarfile.open(archive, "w") as tar:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(UnsafePackageError) as refused:
        folder(archive, scratch=scratch)
    assert (refused.value.where, refused.value.member) == (str(archive), name)
    assert [path.name for path in tmp_path.iterdir()] == [archive.name]


@pytest.mark.parametrize("link", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, "zip"])
def test_links_and_devices_in_archives_are_refused(tmp_path: Path, link: bytes | str) -> None:
    archive = tmp_path / ("photos.zip" if link == "zip" else "photos.tar")
    if isinstance(link, str):
        info = zipfile.ZipInfo("train/cat/1.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(info, "/etc/passwd")
    else:
        member = tarfile.TarInfo("train/cat/1.png")
        member.type, member.linkname = link, "/etc/passwd"
        with tarfile.open(archive, "w") as tar:
            tar.addfile(member)
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(UnsafePackageError) as refused:
        folder(archive, scratch=scratch)
    assert (refused.value.where, refused.value.member) == (str(archive), "train/cat/1.png")


@pytest.mark.parametrize("name", ["photos.zip", "photos.tar", "photos.tar.gz"])
def test_an_archive_that_is_not_whole_is_named(tmp_path: Path, classes: Path, name: str) -> None:
    archive = (zipped if name.endswith(".zip") else tarred)(classes, tmp_path / name)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(DamagedPackageError) as refused:
        folder(archive, scratch=scratch)
    assert refused.value.where == str(archive)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("damage", ["header", "zeros", "end"])
@pytest.mark.parametrize("name", ["photos.tar", "photos.tar.gz", "photos.tar.bz2"])
def test_a_damaged_tar_does_not_end_early(tmp_path: Path, classes: Path, name: str, damage: str) -> None:
    """The standard library lists the files before a header that it can't read, and no more."""
    plain = tarred(classes, tmp_path / "plain.tar")
    with tarfile.open(plain) as tar:
        third, last = tar.getmembers()[3].offset, tar.offset
    content = bytearray(plain.read_bytes())
    match damage:
        case "header":
            content[third] ^= 1
        case "zeros":
            content[third : third + 1024] = bytes(1024)
        case "end":
            del content[last:]
    plain.unlink()
    packed = {".gz": gzip.compress, ".bz2": bz2.compress}.get(Path(name).suffix, bytes)(bytes(content))
    (tmp_path / name).write_bytes(packed)
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(DamagedPackageError) as refused:
        folder(tmp_path / name, scratch=scratch)
    assert refused.value.where == str(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_damage_behind_the_first_block_of_a_compressed_tar_is_named(tmp_path: Path) -> None:
    """A checksum comes after the files in gzip, and before each block of 900 kB in bzip2."""
    noise = np.random.default_rng(0).bytes(1_000_000)
    for name, mode in (("photos.tar.gz", "w:gz"), ("photos.tar.bz2", "w:bz2")):
        with tarfile.open(tmp_path / name, mode) as tar:  # type: ignore[call-overload]
            for number in range(2):
                member = tarfile.TarInfo(f"cat/{number}.png")
                member.size = len(noise)
                tar.addfile(member, io.BytesIO(noise))
        content = bytearray((tmp_path / name).read_bytes())
        content[-100_000] ^= 1
        (tmp_path / name).write_bytes(content)
        with scratch_beside(tmp_path / "data") as scratch, pytest.raises(DamagedPackageError) as refused:
            folder(tmp_path / name, scratch=scratch)
        assert refused.value.where == str(tmp_path / name)


@pytest.mark.parametrize("name", ["photos.zip", "photos.tar"])
def test_a_file_that_was_added_again_is_one_image(
    tmp_path: Path, classes: Path, stored: dict[str, str], name: str
) -> None:
    first, *rest = images(classes)
    path = str(first.relative_to(classes))
    if name == "photos.zip":
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            file.writestr(path, b"torn")
            for image in rest:
                file.write(image, image.relative_to(classes))
            with pytest.warns(UserWarning, match="Duplicate name"):
                file.write(first, path)
    else:
        with tarfile.open(tmp_path / name, "w") as tar:
            tar.addfile(tarfile.TarInfo(path), io.BytesIO())
            tar.add(classes, ".")
    assert hashes(prepared(tmp_path / name, tmp_path / "data")) == stored


def test_the_name_of_a_file_in_an_archive_may_be_of_any_length(
    tmp_path: Path, classes: Path, stored: dict[str, str]
) -> None:
    archive = zipped(classes, tmp_path / "photos.zip")
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(f"train/cat/notes.{'x' * 300}", "of cats")
    assert hashes(prepared(archive, tmp_path / "data")) == stored


def test_an_archive_in_archives_without_end_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "0.zip"
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("notes.txt", "no image")
    for number in range(1, 7):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as file:
            file.write(tmp_path / f"{number - 1}.zip", f"{number - 1}.zip")
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(DeepPackageError) as refused:
        folder(tmp_path / "6.zip", scratch=scratch)
    assert refused.value.where == str(tmp_path / "6.zip/5.zip/4.zip/3.zip/2.zip")


def test_the_size_is_said_before_and_the_room_is_looked_at(
    tmp_path: Path, classes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, said = zipped(classes, tmp_path / "photos.zip"), []

    def note(unpacking: Unpacking) -> None:
        said.append(unpacking)
        assert not any(unpacking.folder.iterdir())

    with scratch_beside(tmp_path / "data", note) as scratch:
        folder(archive, scratch=scratch)
    size = sum(path.stat().st_size for path in images(classes))
    assert said == [Unpacking(where=str(archive), folder=tmp_path / ".data.unpacked", size=size)]
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": size - 1}))
    with scratch_beside(tmp_path / "data") as scratch, pytest.raises(NoRoomToUnpackError) as refused:
        folder(archive, scratch=scratch)
    assert (refused.value.needs, refused.value.free) == (size, size - 1)
    assert refused.value.where == str(archive)


def test_two_processes_do_not_unpack_to_one_place(tmp_path: Path, classes: Path) -> None:
    with scratch_beside(tmp_path / "data"), pytest.raises(BusyError) as refused, scratch_beside(tmp_path / "data"):
        pass
    assert refused.value.where == str(tmp_path / "data")


def test_without_a_place_nothing_is_unpacked(tmp_path: Path, classes: Path) -> None:
    archive = zipped(classes, tmp_path / "photos.zip")
    with pytest.raises(NoPlaceToUnpackError) as refused:
        folder(archive, scratch=Scratch())
    assert refused.value.where == str(archive)


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos.rar").write_bytes(b"Rar!")
    with pytest.raises(NoSuchFolderError) as refused:
        folder(tmp_path / "photos.rar")
    assert refused.value.where == str(tmp_path / "photos.rar")
