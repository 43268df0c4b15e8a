"""What options stand for."""

from pathlib import Path

from search.cli.console import place_of


def test_data_are_in_a_folder_or_in_an_object_store() -> None:
    assert place_of(None) is None
    assert place_of("data/photos") == Path("data/photos")
    assert place_of("s3://bucket/photos?region=eu-west-1") == "s3://bucket/photos?region=eu-west-1"
