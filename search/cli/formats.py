"""The options that choose the files for other programs."""

from typing import Annotated

import typer

from search.api.formats import DEFAULT_FORMATS, FORMAT_FILES, FormatName, check_installed

Portable = Annotated[
    bool,
    typer.Option(
        "--portable/--no-portable",
        help=f"Write {' and '.join(FORMAT_FILES[name] for name in DEFAULT_FORMATS)} for other programs.",
    ),
]
Executorch = Annotated[
    bool,
    typer.Option(
        "--executorch",
        help=f"Also write {FORMAT_FILES['executorch']} for phones. Needs the package executorch.",
    ),
]


def formats_of(*, portable: bool, executorch: bool) -> tuple[FormatName, ...]:
    """Returns the formats that two options choose.

    Args:
        portable: whether to write the usual formats.
        executorch: whether to write that of ExecuTorch.

    Raises:
        NotInstalledError: a package that a format needs is missing.
    """
    formats: tuple[FormatName, ...] = (*(DEFAULT_FORMATS if portable else ()), *(("executorch",) if executorch else ()))
    check_installed(formats)
    return formats
