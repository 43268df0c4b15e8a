"""Writes a network in the formats for other programs, and explains how to use their files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from search.artifacts.formats.executorch_format import ExecutorchFormat
from search.artifacts.formats.format import ExportFormat, InferenceProgram
from search.artifacts.formats.names import FORMAT_FILES, FormatName
from search.artifacts.formats.onnx_format import OnnxFormat
from search.artifacts.formats.torch_export import TorchExportFormat
from search.artifacts.formats.without_remarks import without_remarks
from search.artifacts.network import ExportedNetwork
from search.errors import NotPortableError
from ulsam import MobileNet

FORMATS: Mapping[FormatName, ExportFormat] = {
    "onnx": OnnxFormat(),
    "torch_export": TorchExportFormat(),
    "executorch": ExecutorchFormat(),
}


def write_formats(network: ExportedNetwork, model: MobileNet, folder: Path, formats: Sequence[FormatName]) -> None:
    """Writes the file of each of ``formats``.

    Args:
        network: the exported network.
        model: the network with its weights; not changed.
        folder: where to write; exists.
        formats: the formats for other programs to write; empty: none.

    Raises:
        NotPortableError: a file can't be written, or gives other outputs than torch.
    """
    if not formats:
        return
    try:
        with without_remarks(), torch.no_grad():
            program = InferenceProgram.of(network, model)
            for name in formats:
                FORMATS[name].write(program, folder / FORMAT_FILES[name])
    except NotPortableError:
        raise
    except Exception as error:  # whatever torch's exporters, ONNX Runtime or the disk raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        files = " and ".join(FORMAT_FILES[name] for name in formats)
        raise NotPortableError(f"{files} can't be written: {reason}") from error


def describe_formats(network: ExportedNetwork, formats: Sequence[FormatName]) -> str:
    """Returns Markdown for the README beside the files: their input and output, and how to use each.

    Args:
        network: the exported network.
        formats: the formats for other programs whose files are in the folder; empty: the text is empty.
    """
    if not formats:
        return ""
    size = network.input_size
    files = " and ".join(f"`{FORMAT_FILES[name]}`{FORMATS[name].remark}" for name in formats)
    usages = "\n\n".join(FORMATS[name].usage(network, FORMAT_FILES[name]) for name in formats)
    return f"""## Without ulsam-search

Input of {files}: RGB pixels from 0 to 255, shape (images, 3, {size}, {size}).
Output: probabilities, shape (images, classes). The files contain the names of the classes.

{usages}

"""
