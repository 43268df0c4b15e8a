"""Which file of trained weights a network starts from, and where the run keeps its own copy of it."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from search.errors import UsageError
from ulsam import ArchConfig
from ulsam.backbones import Backbone
from ulsam.conventions import Convention
from ulsam.widths import is_cut_from, is_too_narrow

PREFIX = "pretrained"


class PretrainedGoneError(UsageError):
    """The weights that a search's networks start from are gone; going on would mix two kinds of trainings."""


class PretrainedFile(BaseModel):
    """A file that a search names.

    Attributes:
        file: its name.
        sha256: of its content.
        convention: of the network that its weights are of, and of all that start from it.
        backbone, width: of the networks that it is for, and of narrower ones without one of their own; None: of all.
        trained_backbone, trained_width: of the network that its weights are of, from which those of narrower ones are
            cut; None: nothing is cut, as earlier versions did, or where it is not known.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    sha256: str
    convention: Convention = "torch"
    backbone: Backbone | None = None
    width: float | None = None
    trained_backbone: Backbone | None = None
    trained_width: float | None = None

    def cut_from(self, arch: ArchConfig) -> float | None:
        """Returns the width multiplier that the weights of ``arch`` are cut from; None: they are not cut."""
        return self.trained_width if is_cut_from(arch, self.trained_backbone, self.trained_width) else None

    @property
    def name(self) -> str:
        """The name of the run's copy, in its folder."""
        which = "" if self.backbone is None else f"-{self.backbone}-x{self.width!r}"
        return f"{PREFIX}{which}.safetensors"


def file_for(files: Iterable[PretrainedFile], backbone: Backbone, width: float) -> PretrainedFile | None:
    """Returns the file that a network starts from: the one of the nearest width that is not narrower.

    Args:
        files: of the search.
        backbone: of the network.
        width: the width multiplier of the network.

    Returns:
        The file; None: the network starts fresh, because no file is for it or it is too narrow for the weights.
    """
    fitting = [
        (file.width or width, file)
        for file in files
        if file.backbone in (None, backbone)
        and (file.width is None or file.width >= width)
        and not is_too_narrow(backbone, width, file.trained_backbone, file.trained_width)
    ]
    return min(fitting, key=lambda found: found[0])[1] if fitting else None


def pretrained_copy(run: Path, file: PretrainedFile | None) -> Path | None:
    """Returns the path of a run's copy of a file of trained weights.

    Args:
        run: folder of the run.
        file: that the network starts from; None: the network starts fresh, and so is the result.
    """
    return None if file is None else run / file.name


def check_pretrained(run: Path, files: Iterable[PretrainedFile]) -> None:
    """Checks that a run still has its copies of all trained weights.

    Args:
        run: folder of the run.
        files: of the search.

    Raises:
        PretrainedGoneError: a copy is missing, so that further trainings would start in another way.
    """
    for file in files:
        if not (run / file.name).exists():
            raise PretrainedGoneError("the trained weights that networks start from are missing", where=run / file.name)
