"""What is not plain YAML is refused by its line, and no file runs code."""

from pathlib import Path

import pytest

from search.config.settings import begun_settings, read_settings
from search.config.yaml_file import (
    IsFolderError,
    NoSuchFileError,
    NotPlainYamlError,
    TooLargeError,
    UnreadableError,
    YamlSyntaxError,
)
from search.config.yaml_loader import AmbiguousNumberError, KeyKindError, KeyTwiceError
from search.errors import FileError, UsageError


@pytest.mark.parametrize(
    ("text", "where", "error"),
    [
        ("name: a\nname: b", "line 2", KeyTwiceError),
        ("? [x, y]\n: 1", "line 1", KeyKindError),
        ("name: a\ndata: b\nbudgets: {params: 010}", "line 3", AmbiguousNumberError),
    ],
)
def test_names_the_line_that_readers_of_yaml_take_differently(
    path: Path, text: str, where: str, error: type[UsageError]
) -> None:
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        begun_settings(path)  # of a file that a user wrote, numbers are read as YAML 1.2 says
    (mistake,) = refused.value.mistakes
    assert type(mistake) is error
    assert mistake.where == where


@pytest.mark.parametrize(
    ("text", "line_number", "cause"),
    [
        ("name: [", 1, None),
        ("name: a\n data: b", 2, "indentation"),
        ("name: a\ndata: b\n  epochs: 4", 3, "indentation"),
        ("name: a\nspace:\n\twidths: [1.0]", 3, "tabs"),
        ("name: a\nspace\ndata: b", 3, "no value"),
    ],
)
def test_names_the_line_that_is_no_yaml_and_the_usual_cause(
    path: Path, text: str, line_number: int, cause: str | None
) -> None:
    path.write_text(text)
    with pytest.raises(YamlSyntaxError) as refused:
        read_settings(path)
    assert (refused.value.line_number, refused.value.cause) == (line_number, cause)
    assert refused.value.where == f"{path} line {line_number}"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["name: &x a\ndata: *x", "name: a\ndata: !!str b"])
def test_tags_and_aliases_are_refused(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(NotPlainYamlError) as refused:
        read_settings(path)
    assert refused.value.line_number == 2


def test_a_tag_never_runs_code(path: Path, tmp_path: Path) -> None:
    path.write_text(f"name: !!python/object/apply:os.mkdir ['{tmp_path / 'ran'}']\ndata: b")
    with pytest.raises(NotPlainYamlError) as refused:
        read_settings(path)
    assert refused.value.line_number == 1
    assert not (tmp_path / "ran").exists()


def test_a_missing_and_a_binary_file_are_named(path: Path) -> None:
    with pytest.raises(IsFolderError) as folder:
        read_settings(path.parent)
    assert folder.value.where == str(path.parent)
    with pytest.raises(NoSuchFileError) as missing:
        read_settings(path)
    assert missing.value.where == str(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableError) as binary:
        read_settings(path)
    assert binary.value.where == str(path)


def test_a_huge_file_is_not_read(path: Path) -> None:
    path.write_text("a: " + "x" * (1 << 21))
    with pytest.raises(TooLargeError) as refused:
        read_settings(path)
    assert refused.value.where == str(path)


def test_deep_nesting_is_no_crash(path: Path) -> None:
    path.write_text("a: " + "[" * 5000 + "]" * 5000)
    with pytest.raises(UsageError):
        read_settings(path)
