"""What errors say, in one line."""

from pipelines.errors import first_line


def test_an_error_is_told_by_its_first_line_if_it_has_any() -> None:
    assert first_line(ValueError("one\ntwo")) == "one"
    assert first_line(ValueError()) == ""
