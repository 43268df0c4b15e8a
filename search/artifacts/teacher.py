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
    """A teacher knows other classes than those to learn."""


class OtherNormalisationError(UsageError):
    """A teacher knows images that were normalised in another way."""


def id_of_teacher(teacher: ExportedNetwork) -> str:
    """All that its answers depend on, as keys of trainings have it."""
    return network_id(teacher.candidate, teacher.measured.weights_sha256)


def load_teacher(folder: Path, manifest: Manifest) -> tuple[ExportedNetwork, Teacher]:
    """The network in ``folder``, to teach others on the data of ``manifest``.

    Raises:
        UsageError: it is no exported network, its classes are others, or it knows images of another mean or deviation.
        WeightsError: its weights are missing, or another network's.
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
    return network, Teacher(model, network.input_size)


def load_copy(folder: Path) -> Teacher:
    """The copy of a teacher in ``folder``, which was checked when it was made.

    Raises:
        UsageError, WeightsError: it is not what was copied.
    """
    network, model = load_model(folder)
    return Teacher(model, network.input_size)


def files_of(folder: Path) -> tuple[Path, Path]:
    """What of an exported network's ``folder``, or the folder of that ``arch.yaml``, makes a teacher."""
    folder = folder.parent if folder.is_file() else folder
    return folder / ARCH_NAME, folder / WEIGHTS_NAME


def _classes(network: ExportedNetwork) -> str:
    shown = ", ".join(network.data.classes[:3])
    return f"{len(network.data.classes)} classes of {network.data.name} ({shown} ...)"
