"""A search file to begin with."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from pipelines.storage.manifest import Manifest, read_manifest
from pipelines.storage.remote import DataLocation, local
from search.api.data_location import read_data_location
from search.api.outputs import check_output
from search.api.validate_config import validate_config
from search.config.settings import SearchSettings
from search.config.suggested import Suggestion, fitted, from_images, from_weights, merged, nested
from search.config.yaml_file import validate
from search.errors import ExistsError, ForeignSchemaError, UsageError
from search.render.search_file import SCHEMA_NAME, schema, search_file


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSearchFile:
    """A search file that was written.

    Attributes:
        path, schema: of the file and of its JSON Schema beside it.
        settings: its content.
        manifest: of its data.
        problem: what must be changed before it can be launched; None: nothing.
    """

    path: Path
    schema: Path
    settings: SearchSettings
    manifest: Manifest
    problem: str | None


def check_init(data: str | Path, out: Path) -> None:
    """Refuses what :func:`init` would, before a user is asked for anything.

    Raises:
        UsageError: ``out`` exists, something else is in the place of its schema, or there are no such data.
    """
    _schema_beside(out)
    _read(read_data_location(data))


def fitting_epochs(data: str | Path, pretrained: Path | None = None) -> int:
    """How many epochs fit the images in ``data``, which :func:`check_init` has found."""
    images = _read(read_data_location(data)).splits["train"].images
    return fitted(images, pretrained=pretrained is not None).recipe.epochs


def init(
    data: str | Path,
    out: Path = Path("search.yaml"),
    *,
    name: str | None = None,
    budgets: Mapping[str, str | int] | None = None,
    trials: int | None = None,
    epochs: int | None = None,
    pretrained: Path | None = None,
) -> NewSearchFile:
    """Writes a search file with every key explained, and a JSON Schema that lets editors complete and check it.

    Batch, rate and length fit the number of images. From trained weights, the space has networks that cost less than
    theirs and inherit them whole.

    Args:
        data: what ``prepare`` wrote: a folder, or where it is in S3.
        out: the new file.
        name: of the run; None: as the data's folder.
        budgets: limits by known cost, such as ``{"params": "2.5M"}``.
        trials: networks to train; None: the default.
        epochs: of each; None: as many as fit the data.
        pretrained: a file of weights that every network starts from; None: they start fresh.

    Raises:
        UsageError: ``out`` exists, there are no such data, a value can't be, or ``pretrained`` fits no network.
        WeightsError: ``pretrained`` is missing, damaged, or holds anything but tensors.
    """
    beside = _schema_beside(out)
    location = read_data_location(data)
    manifest = _read(location)
    suggested = list(_suggested(manifest, pretrained, epochs))
    asked = {
        "name": name or _name_of(location),
        "data": data,
        "budgets": dict(budgets or {}),
        "search": {} if trials is None else {"trials": trials},
    }
    settings = validate(SearchSettings, merged(asked, nested(suggested)), "init")
    reasons = {suggestion.key: suggestion.reason for suggestion in suggested}
    out.write_text(search_file(settings, manifest, reasons), encoding="utf-8")
    beside.write_text(schema(), encoding="utf-8")
    problem = None
    try:
        validate_config(out, settings, manifest)
    except UsageError as error:
        problem = str(error)
    return NewSearchFile(path=out, schema=beside, settings=settings, manifest=manifest, problem=problem)


def _suggested(manifest: Manifest, pretrained: Path | None, epochs: int | None) -> Iterator[Suggestion]:
    """What fits the data and the trained weights."""
    if pretrained is not None:
        from search.run.pretrained import known_network  # reads tensors, for which it loads torch

        backbone, width = known_network(pretrained)
        yield from from_weights(pretrained, backbone, width, manifest.image_size)
    yield from from_images(manifest.splits["train"].images, pretrained=pretrained is not None, epochs=epochs)


def _schema_beside(out: Path) -> Path:
    """Where the schema of the new file ``out`` goes."""
    if out.exists():
        raise ExistsError(out)
    check_output("out", out)
    beside = out.with_name(SCHEMA_NAME)
    if beside.exists() and '"title": "SearchSettings"' not in beside.read_text(encoding="utf-8", errors="replace"):
        raise ForeignSchemaError(beside)
    return beside


def _read(location: DataLocation) -> Manifest:
    return read_manifest(local(location, splits=()))


def _name_of(location: DataLocation) -> str:
    """The name of the folder of data, as a run may be called: ``Mum's photos`` is ``Mum-s-photos``."""
    folder = Path(location if isinstance(location, Path) else location.partition("?")[0]).resolve().name
    plain = normalize("NFKD", folder).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:64] or "search"
