"""An exported network as the teacher of others."""

from pathlib import Path

from pipelines.storage.manifest import Manifest
from pipelines.training.distillation import Teacher
from search.artifacts.model import load_model
from search.artifacts.network import ARCH_NAME, WEIGHTS_NAME, ExportedNetwork
from search.errors import UsageError
from search.study.key import network_id

_ALIKE = 0.02  # of a colour's range: no network notices; the same images at another size differ by less


class OtherClassesError(UsageError):
    """A teacher knows other classes than those of the data."""


class OtherNormalisationError(UsageError):
    """A teacher was trained on images that were normalised in another way."""


class ScoredImagesTeacherError(UsageError):
    """A teacher has learnt from the validation images that its students are scored on."""


def id_of_teacher(teacher: ExportedNetwork) -> str:
    """Returns the id of a teacher in the keys of trainings: a hash of everything that its outputs depend on."""
    return network_id(teacher.candidate, teacher.measured.weights_sha256)


def load_teacher(folder: Path, manifest: Manifest) -> tuple[ExportedNetwork, Teacher]:
    """Returns the network in ``folder``, and the same network as the teacher of others.

    Args:
        folder: of the exported network, or its ``arch.yaml``.
        manifest: of the data that the others are trained on.

    Raises:
        OtherClassesError: the teacher's classes differ from those of the data, or are in another order.
        OtherNormalisationError: the mean or deviation of its images differs from that of the data.
        ScoredImagesTeacherError: the teacher left out a fold of the same data, and so learnt from validation images.
        UsageError: the folder holds no exported network, or the weights are not those that were scored.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    network, model = load_model(folder)
    if network.data.classes != manifest.classes:
        raise OtherClassesError(
            where=folder, expected=f"a network of the classes of {manifest.name}, in their order", got=_classes(network)
        )
    values = zip((*network.data.mean, *network.data.std), (*manifest.mean, *manifest.std), strict=True)
    if any(abs(its - ours) > _ALIKE for its, ours in values):
        raise OtherNormalisationError(
            where=folder,
            expected=f"a network of images of mean {manifest.mean} and deviation {manifest.std}",
            got=f"{network.data.mean} and {network.data.std}",
        )
    if network.measured.fold is not None and network.data.data_id == manifest.data_id:
        raise ScoredImagesTeacherError(
            f"trained without {network.measured.fold}, so it has learnt from images of the val split",
            where=folder,
            remedy="train the teacher on the train split",
        )
    return network, Teacher(model, network.input_size)


def load_copy(folder: Path) -> Teacher:
    """Returns the teacher in ``folder``, a run's own copy, which was checked when it was made.

    Raises:
        UsageError: files are missing or damaged.
        WeightsError: the weights are missing, damaged, or those of another network.
    """
    network, model = load_model(folder)
    return Teacher(model, network.input_size)


def files_of(folder: Path) -> tuple[Path, Path]:
    """Returns the paths of the two files that make a teacher: ``arch.yaml`` and the weights.

    Args:
        folder: of the exported network, or its ``arch.yaml``; the files may be missing.
    """
    folder = folder.parent if folder.is_file() else folder
    return folder / ARCH_NAME, folder / WEIGHTS_NAME


def _classes(network: ExportedNetwork) -> str:
    shown = ", ".join(network.data.classes[:3])
    return f"{len(network.data.classes)} classes of {network.data.name} ({shown} ...)"
