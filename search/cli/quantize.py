"""``ulsam-search quantize``: write an exported network in 8-bit integers."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from search.cli.console import DataFolder, Json, aside, print_json, say
from search.command import command


def quantize(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that export or train wrote.")],
    data: DataFolder = None,
    as_json: Json = False,
) -> None:
    """Write an exported network in 8-bit integers for ONNX Runtime, model.int8.onnx, and compare it with float32.

    The command calibrates the ranges of activations on 256 training images, scores the file on the validation split,
    and times both files alternately on one CPU thread. Use an idle machine. evaluate then scores the file on the test
    split.
    """
    from search.api.quantize import quantize as write_quantized

    with aside(as_json).status("quantizing"):
        quantized = write_quantized(folder, data, on_warning=partial(say, on=aside(as_json)))
    if as_json:
        print_json({"file": str(quantized.file), **quantized.int8.model_dump(mode="json")})
    else:
        for line in quantized.int8.describe(quantized.network.measured.accuracy):
            say(line)
        say(f"file: {quantized.file}")
        say(f"to score it on the test split: {command('evaluate', folder)}")
