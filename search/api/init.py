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
from search.config.preset_names import PresetName
from search.config.presets import PRESETS, from_preset
from search.config.settings import SearchSettings
from search.config.suggested import Suggestion, fitted, from_images, from_weights, merged, nested
from search.config.yaml_file import validate
from search.errors import ExistsError, ForeignSchemaError, UsageError
from search.render.fold_words import suggestion as fold_suggestion
from search.render.search_file import SCHEMA_NAME, schema, search_file


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSearchFile:
    """A search file that was written.

    Attributes:
        path, schema: of the file, and of its JSON Schema beside it.
        settings: the content of the file.
        manifest: of its data.
        problem: what must be changed before the search can be launched; None: nothing.
    """

    path: Path
    schema: Path
    settings: SearchSettings
    manifest: Manifest
    problem: str | None


def check_init(data: str | Path, out: Path) -> None:
    """Checks what :func:`init` would refuse, before a user is asked for anything.

    Args:
        data: folder of the prepared data, or its address in an object store.
        out: of the search file to write; must not exist yet.

    Raises:
        UsageError: ``out`` exists, its folder is missing, another file has the name of its schema, or ``data`` is no
            location of data.
        DataError: the data are missing or damaged.
    """
    _schema_beside(out)
    _read(read_data_location(data))


def suggested_epochs(data: str | Path, preset: PresetName = "good", pretrained: Path | None = None) -> int:
    """Returns the number of epochs that suits the number of training images and the preset.

    Args:
        data: folder of the prepared data, or its address in an object store.
        preset: how thorough the search is.
        pretrained: the trained weights that networks start from; None: they start fresh.

    Raises:
        UsageError: ``data`` is no location of data.
        DataError: the data are missing or damaged.
    """
    images = _read(read_data_location(data)).splits["train"].images
    return PRESETS[preset].epochs(_fitting_epochs(images, pretrained))


def init(
    data: str | Path,
    out: Path = Path("search.yaml"),
    *,
    preset: PresetName = "good",
    name: str | None = None,
    budgets: Mapping[str, str | int] | None = None,
    trials: int | None = None,
    hours: float | None = None,
    epochs: int | None = None,
    pretrained: Path | None = None,
) -> NewSearchFile:
    """Writes a search file that explains every key, and a JSON Schema by which editors complete and check the file.

    Batch size, learning rate and epochs suit the number of images. With trained weights, the space has networks that
    cost less than the network of the weights and inherit them whole.

    Args:
        data: folder of the prepared data, or its address in an object store.
        out: of the search file to write; must not exist yet.
        preset: how thorough the search is; ``trials``, ``hours`` and ``epochs`` replace its values.
        name: of the run; None: the name of the data's folder.
        budgets: limits by known cost, such as ``{"params": "2.5M"}``; None: none.
        trials: the number of networks to train; None: that of the preset, or no limit where ``hours`` are given.
        hours: limit on the running time of the search; None: none.
        epochs: of each training; None: the number that suits the data and the preset.
        pretrained: a file of weights that every network starts from; None: they start fresh.

    Raises:
        UsageError: ``out`` exists, a value is not allowed, or ``pretrained`` is of no network known here.
        DataError: the data are missing or damaged.
        WeightsError: ``pretrained`` is missing, damaged, or holds anything but tensors.
    """
    beside = _schema_beside(out)
    location = read_data_location(data)
    manifest = _read(location)
    limits = {key: value for key, value in {"trials": trials, "hours": hours}.items() if value is not None}
    asked = {
        "name": name or _name_of(location),
        "data": data,
        "budgets": dict(budgets or {}),
        "search": limits,
        "training": {} if epochs is None else {"epochs": epochs},
    }
    answered = {"search.trials": bool(limits), "training.epochs": epochs is not None}
    suggested = [one for one in _suggested(manifest, pretrained, preset) if not answered.get(one.key)]
    settings = validate(SearchSettings, merged(asked, nested(suggested)), "init")
    reasons = {suggestion.key: suggestion.reason for suggestion in suggested}
    if (few := fold_suggestion(manifest.splits["val"].images)) is not None:
        reasons["search.folds"] = few
    out.write_text(search_file(settings, manifest, reasons), encoding="utf-8")
    beside.write_text(schema(), encoding="utf-8")
    problem = None
    try:
        validate_config(out, settings, manifest)
    except UsageError as error:
        problem = str(error)
    return NewSearchFile(path=out, schema=beside, settings=settings, manifest=manifest, problem=problem)


def _suggested(manifest: Manifest, pretrained: Path | None, preset: PresetName) -> Iterator[Suggestion]:
    """Yields settings that suit the data, the trained weights and the preset; of equal keys, the last counts."""
    if pretrained is not None:
        from search.run.pretrained import known_network  # reads tensors, for which it loads torch

        backbone, width = known_network(pretrained)
        yield from from_weights(pretrained, backbone, width, manifest.image_size)
    images = manifest.splits["train"].images
    yield from from_images(images, pretrained=pretrained is not None)
    yield from from_preset(preset, fitting_epochs=_fitting_epochs(images, pretrained))


def _fitting_epochs(images: int, pretrained: Path | None) -> int:
    return fitted(images, pretrained=pretrained is not None).recipe.epochs


def _schema_beside(out: Path) -> Path:
    """Returns the path of the schema beside the new file ``out``.

    Raises:
        ExistsError: ``out`` exists.
        ForeignSchemaError: another file has the name of the schema.
    """
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
    """Returns the name of a folder of data in a form that a run may have: ``Mum's photos`` gives ``Mum-s-photos``."""
    folder = Path(location if isinstance(location, Path) else location.partition("?")[0]).resolve().name
    plain = normalize("NFKD", folder).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:64] or "search"
