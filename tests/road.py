"""What a reader of README and docs has at hand, and how the reader types a command."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

import torch
from PIL import Image
from torchvision.models import mobilenet_v2

from search.api.download_weights import download_weights
from tests.file_server import file_server
from tests.helpers import ROOT, Shell, shell
from tests.pipelines.datasets.layouts.written import (
    flat,
    images,
    photographs,
    tiny,
    write_parquet,
    write_table,
    zipped,
)
from tests.ulsam.foreign.test_timm import weights_of
from ulsam.foreign.downloads import OFFERED_WEIGHTS

SHORT = {"--trials": "5", "--epochs": "1", "--max-latency": "60s"}  # here the machine may be busy


def paint_photos(root: Path) -> None:
    """A few photographs in two classes."""
    for split, count in (("train", 40), ("val", 10), ("test", 10)):
        for number, name in enumerate(("cat", "dog")):
            (root / split / name).mkdir(parents=True)
            for index in range(count):
                colour = (200 * number + index, 120, 200 - 180 * number)
                Image.new("RGB", (40, 30), colour).save(root / split / name / f"{index}.jpg")


def paint_layouts(folder: Path) -> None:
    """The same few photographs in each layout that the page on preparing names."""
    classes = photographs(folder / "layouts", each=6)
    zipped(classes, folder / "photos.zip")
    rows = [(path.name, path.parent.name, path.parent.parent.name) for path in images(classes)]
    for name, table, header in (
        ("birds", "labels.csv", ("photo", "species", "split")),
        ("pets", "metadata.csv", ("file_name", "label", "split")),
    ):
        write_table(flat(classes, folder / name) / table, [header, *rows])
    for split, called in (("train", "train"), ("val", "validation"), ("test", "test")):
        write_parquet(folder / "hub" / f"{called}-00000-of-00001.parquet", images(classes / split))
    tiny(folder / "tiny-imagenet-200", photographs(folder / "layouts-of-tiny", ("train", "val"), each=10))


@contextmanager
def reader(folder: Path) -> Iterator[Shell]:
    """A folder with examples and photographs, and weights to download from a server of this machine."""
    shutil.copytree(ROOT / "examples", folder / "examples")
    for name in ("photos", "grocery"):
        paint_photos(folder / name)
    paint_layouts(folder)
    served = folder / "served"
    served.mkdir()
    torch.save(mobilenet_v2().state_dict(), served / "mobilenet_v2-7ebf99e0.pth")
    torch.save(weights_of("mobilenetv2_035"), served / "mobilenetv2_100_ra-b33bc2c4.pth")
    with file_server(served) as address, shell(folder) as terminal:
        here = [replace(file, url=f"{address}/{file.name}", sha256="") for file in OFFERED_WEIGHTS]
        with mock.patch("search.api.download_weights.download_weights", partial(download_weights, offered=here)):
            yield terminal


def typed(terminal: Shell, words: Sequence[str], short: Mapping[str, str] = SHORT) -> str:
    """Runs a command as it stands, but for values in ``short`` and, of a new search, its length; what it printed."""
    words = [short.get(before, word) for before, word in zip(["", *words], words, strict=False)]
    if words[0] == "init":
        for option in ("--trials", "--epochs"):
            words += [] if option in words else [option, short[option]]
    return terminal.launch(*words[1:]) if words[0] == "launch" else terminal.run(*words)
