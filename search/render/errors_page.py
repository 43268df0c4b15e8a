"""Where a network errs, as one page that works offline and needs no script: ``page/errors.html`` is its template."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from numpy.typing import NDArray
from PIL import Image

from pipelines.files import atomic_write
from pipelines.training.score import Score
from search.analysis.error_analysis import ClassScore, Confusion, ErrorAnalysis, LossyImage
from search.analysis.interval import Interval, accuracy_interval, with_interval

MOST_CLASSES = 20  # of a confusion matrix
MOST_PAIRS = 20  # where there is no matrix
_MOST_ROWS = 1000  # classes in the table
_LARGEST = 128  # pixels of an image's side
_LOSSLESS = 64  # up to this side an image is stored as it is: JPEG blurs small images, and saves little
_STRONGEST = 45  # percent of a cell's colour, so that its figure can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsPage:
    """What the page is about.

    Attributes:
        network, data, split: the id of the network, the names of the data and of the split.
        weights_sha256: of the weights of the network.
        score: on the split.
        analysis: of the predictions on the split.
        pictures: the images of ``analysis.highest_loss``, in their order, uint8 (images, side, side, 3) RGB.
    """

    network: str
    data: str
    split: str
    weights_sha256: str
    score: Score
    analysis: ErrorAnalysis
    pictures: NDArray[np.uint8]


def save_errors_page(page: ErrorsPage, path: Path) -> None:
    """Writes the page as one self-contained HTML file.

    Args:
        page: what it is about.
        path: of the HTML file to write; replaces an existing file.
    """
    with atomic_write(path) as partial:
        partial.write_text(errors_page(page), encoding="utf-8")


def errors_page(page: ErrorsPage) -> str:
    """Returns the page as HTML."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("page")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    analysis = page.analysis
    classes = [*analysis.by_recall, *(one for one in analysis.classes if not one.images)]
    shows_matrix = len(classes) <= MOST_CLASSES
    return environment.get_template("errors.html").render(
        page=page,
        analysis=analysis,
        interval=accuracy_interval(analysis.correct, analysis.images).describe("images"),
        count=len(classes),
        matrix=_matrix(analysis) if shows_matrix else None,
        pairs=[_pair(analysis, pair) for pair in analysis.confusions[:MOST_PAIRS]],
        images=[
            _image(analysis, image, picture)
            for image, picture in zip(analysis.highest_loss, page.pictures, strict=True)
        ],
        classes=[_class(one) for one in classes[:_MOST_ROWS]],
    )


def _matrix(analysis: ErrorAnalysis) -> list[dict[str, Any]]:
    """Returns the rows of the confusion matrix.

    The colour of a cell is its share of the class's images, on a scale of its own for errors: most are a small share.
    """
    counts = analysis.matrix
    most = max((pair.images / analysis.classes[pair.true].images for pair in analysis.confusions), default=1.0)
    rows = []
    for one, row in zip(analysis.classes, counts, strict=True):
        cells = []
        for predicted, number in enumerate(row):
            correct = predicted == one.label
            share = number / one.images / (1 if correct else most) if number else 0.0
            cells.append({"number": number, "correct": correct, "strength": round(_STRONGEST * share)})
        rows.append({"label": one.label, "name": one.name, "cells": cells})
    return rows


def _pair(analysis: ErrorAnalysis, pair: Confusion) -> tuple[str, ...]:
    true = analysis.classes[pair.true]
    share = f"{pair.images / true.images:.1%}"
    return true.name, analysis.name(pair.predicted), f"{pair.images:,}", f"{true.images:,}", share


def _image(analysis: ErrorAnalysis, image: LossyImage, picture: NDArray[np.uint8]) -> dict[str, Any]:
    return {
        "source": _data_uri(picture),
        "called": image.called,
        "true": analysis.name(image.true),
        "predicted": analysis.name(image.predicted),
        "probability": f"{image.probability:.1%}",
        "loss": f"{image.loss:.2f}",
        "correct": image.true == image.predicted,
    }


def _class(one: ClassScore) -> dict[str, str]:
    return {
        "label": str(one.label),
        "name": one.name,
        "images": f"{one.images:,}" if one.images else "none",
        "recall": _share(one.recall, one.recall_interval, "no images"),
        "predictions": f"{one.predictions:,}" if one.predictions else "none",
        "precision": _share(one.precision, one.precision_interval, "never predicted"),
    }


def _share(value: float | None, interval: Interval | None, otherwise: str) -> str:
    return otherwise if value is None or interval is None else with_interval(value, interval)


def _data_uri(pixels: NDArray[np.uint8]) -> Markup:
    """Returns the image, at most 128 pixels wide, as an address that holds its content."""
    image, file = Image.fromarray(pixels), io.BytesIO()
    image.thumbnail((_LARGEST, _LARGEST))
    kind = "png" if max(image.size) <= _LOSSLESS else "jpeg"
    image.save(file, format=kind, **({"quality": 85} if kind == "jpeg" else {}))
    return Markup(f"data:image/{kind};base64,") + Markup(base64.b64encode(file.getvalue()).decode())
