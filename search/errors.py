"""Errors that a user can correct, below all packages: a type, fields, and the line that they make."""

from pathlib import Path

from pipelines.errors import DetailedError


class UsageError(DetailedError):
    """A request that can't be met."""


class FileError(UsageError):
    """A file that a user wrote has mistakes; the text of the error has one line for each.

    Attributes:
        where: the file.
        mistakes: one error for each; its ``where`` is a key or a line of the file, or empty for the file as a whole.
    """

    def __init__(self, where: object, mistakes: tuple[UsageError, ...]) -> None:
        super().__init__(where=where)
        self.mistakes = mistakes

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        return "\n".join(f"{self.where if where is None else where}: {mistake}" for mistake in self.mistakes)


class ArgumentError(UsageError):
    """A value that a caller gave can't be used; the command line names the option instead of the argument.

    Attributes:
        argument: its name in Python.
        what: what is wrong, and what was expected.
        got: the value; None: ``what`` includes it.
    """

    def __init__(self, argument: str, what: str, got: object = None, *, remedy: str = "") -> None:
        super().__init__(what, where=argument, got=got, remedy=remedy)
        self.argument = argument

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        where = self.where if where is None else where
        return super().line(where=where if self.got is None else f"{where} {self.got}", remedy=remedy)


# The other errors are defined here instead of where they are raised: the command line words their remedies with its
# options and commands, and must know them without importing the modules that raise them.


class ExistsError(UsageError):
    """The file or folder to write exists already."""

    def __init__(self, path: Path) -> None:
        super().__init__("exists already", where=path, remedy="choose another place or remove it")


class TrainingExistsError(UsageError):
    """The folder of a new training holds another training already."""

    def __init__(self, folder: Path) -> None:
        super().__init__("exists already", where=folder, remedy="resume it, or choose another place")


class NothingBegunError(UsageError):
    """There is no training to resume."""

    def __init__(self, folder: Path) -> None:
        super().__init__("no training to resume", where=folder, remedy="start the training instead")


class RunExistsError(UsageError):
    """There is a run of this name, or something else in its place."""

    def __init__(self, path: Path) -> None:
        remedy = "choose another name in the search file, or resume that run"
        super().__init__("exists already", where=path, remedy=remedy)


class OtherSettingsError(UsageError):
    """The run of this name began with other settings.

    Attributes:
        keys: the keys of the settings that differ.
    """

    def __init__(self, path: Path, keys: tuple[str, ...]) -> None:
        remedy = "choose another name in the search file, or resume the run with its own settings"
        super().__init__(f"was started with other values of {', '.join(keys)}", where=path, remedy=remedy)
        self.keys = keys


class CodeNotAllowedError(UsageError):
    """A metric is a function of the user's own, which runs only where the caller names it.

    Attributes:
        path: the import path of the function.
        allowed: the one that the caller names; None: the caller names none.
    """

    def __init__(self, path: str, allowed: str | None) -> None:
        other = "" if allowed is None else f", and you allow {allowed}"
        super().__init__(
            f"a function of your own, which runs only if you allow it{other}",
            where=f"search.metric: {path}",
            remedy=f"read the module; if you trust it, set allow_code to {path!r}",
        )
        self.path = path
        self.allowed = allowed


class IsArchitectureError(UsageError):
    """A file of an architecture is given instead of a search file."""

    def __init__(self, path: Path) -> None:
        super().__init__("an architecture", where=path, expected="a search file")


class IsSearchFileError(UsageError):
    """A search file is given instead of a file of an architecture."""

    def __init__(self, path: Path) -> None:
        super().__init__("a search file", where=path, expected="an architecture, as export writes")


class NoWeightsError(UsageError):
    """An architecture has no weights yet."""

    def __init__(self, path: Path) -> None:
        super().__init__("an architecture without weights", where=path, remedy="train the network first")


class NotPortableError(UsageError):
    """A network can't be written for other programs, or the written file gives other outputs than torch.

    Attributes:
        trained: whether the network has just been trained and its weights are kept.
    """

    def __init__(self, what: str, *, where: str = "", trained: bool = False) -> None:
        kept = "; to resume the training without them trains nothing again" if trained else ""
        super().__init__(what, where=where, remedy=f"omit these files{kept}")
        self.trained = trained


class WorkersTooLargeError(ArgumentError):
    """The machines lack the resources that the workers need.

    Attributes:
        grows: whether the cluster may add machines of unknown resources.
    """

    def __init__(self, workers: int, needs: str, *, grows: bool) -> None:
        there = "the cluster" if grows else "this machine"
        adding = "if the cluster adds machines on demand, set device and cpus"
        remedy = adding if grows else "use fewer workers, or fewer cpus"
        super().__init__("workers", f"{there} does not have {needs}", workers, remedy=remedy)
        self.grows = grows


class TooFewImagesError(ArgumentError):
    """The training images do not fill one batch, which workers would share.

    Attributes:
        images: the number of training images.
        batch_size: the images of a batch, from the recipe.
    """

    def __init__(self, workers: int, *, images: int, batch_size: int) -> None:
        what = f"the {images} training images do not fill a batch of {batch_size}"
        super().__init__("workers", what, workers, remedy="train without workers")
        self.images = images
        self.batch_size = batch_size


class ForeignSchemaError(UsageError):
    """Another file has the name of the schema of search files."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "exists already and is not a schema of search files", where=path, remedy="choose another folder"
        )


class NoGpuToTimeError(UsageError):
    """This machine has no GPU to time networks on.

    Attributes:
        gpus: the GPUs that a trial takes; may be a fraction.
    """

    def __init__(self, gpus: float) -> None:
        super().__init__(
            f"{gpus:g}, but torch finds no GPU on this machine",
            where="resources.gpus",
            remedy="plan without timing, or time on the device cpu",
        )
        self.gpus = gpus


class BatchTooLargeToTimeError(UsageError):
    """A batch does not fit into the memory of the device that networks are timed on.

    Attributes:
        batch_size: the images of the batch.
    """

    def __init__(self, batch_size: int, input_size: int, device: str) -> None:
        super().__init__(
            f"{batch_size} images of {input_size} px do not fit into the memory of {device}",
            where="training.batch_size",
            remedy="use a smaller batch, or plan without timing",
        )
        self.batch_size = batch_size


class CpusAloneError(ArgumentError):
    """CPUs are requested without workers or a cluster to use them."""

    def __init__(self) -> None:
        remedy = "without them, torch uses all cores of this machine"
        super().__init__("cpus", "applies only to workers and an address", remedy=remedy)
