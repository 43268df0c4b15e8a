"""What options stand for."""

from pathlib import Path

from search.cli.console import read_place


def test_data_are_in_a_folder_or_in_an_object_store() -> None:
    assert read_place("data/photos") == Path("data/photos")
    assert read_place("s3://bucket/photos?region=eu-west-1") == "s3://bucket/photos?region=eu-west-1"
