"""The mistakes that reading a search file finds."""

from pathlib import Path

import pytest

from search.config.settings import read_settings
from search.errors import FileError, UsageError


def only_mistake(path: Path, text: str) -> UsageError:
    """The one mistake of a file with this text, which is shown in one line that begins with the file."""
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        read_settings(path)
    (mistake,) = refused.value.mistakes
    assert refused.value.where == str(path)
    assert str(refused.value) == f"{path}: {mistake}"
    assert "\n" not in str(mistake)
    return mistake


def mistakes(path: Path, text: str) -> list[str]:
    """The keys, or lines, that are named for a file: one a mistake."""
    path.write_text(text)
    with pytest.raises(FileError) as refused:
        read_settings(path)
    lines = str(refused.value).splitlines()
    assert all(line.startswith(f"{path}: ") for line in lines)
    assert [line.removeprefix(f"{path}: ") for line in lines] == [str(mistake) for mistake in refused.value.mistakes]
    return [mistake.where for mistake in refused.value.mistakes]
