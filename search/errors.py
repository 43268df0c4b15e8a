"""What a user can mend, below all packages: a type, fields, and the line that they make."""

from pathlib import Path

from pipelines.errors import DetailedError


class UsageError(DetailedError):
    """Something asked for can't be done."""


class FileError(UsageError):
    """A file that a user wrote has mistakes; its text has one line for each.

    Attributes:
        where: the file.
        mistakes: an error for each, whose ``where`` is a key or a line of the file; empty: it is the file as a whole.
    """

    def __init__(self, where: object, mistakes: tuple[UsageError, ...]) -> None:
        super().__init__(where=where)
        self.mistakes = mistakes

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        return "\n".join(f"{self.where if where is None else where}: {mistake}" for mistake in self.mistakes)


class ArgumentError(UsageError):
    """A value that a caller gave can't be used; the command line calls the argument by its option.

    Attributes:
        argument: its name in Python.
        what: what is wrong, and what was expected.
        got: the value where ``what`` does not say it.
    """

    def __init__(self, argument: str, what: str, got: object = None, *, remedy: str = "") -> None:
        super().__init__(what, where=argument, got=got, remedy=remedy)
        self.argument = argument

    def line(self, *, where: str | None = None, remedy: str | None = None) -> str:
        where = self.where if where is None else where
        return super().line(where=where if self.got is None else f"{where} {self.got}", remedy=remedy)


# The rest stand here, not where they are raised: the command line words their remedies, with its options and commands,
# and must know them without importing what raises them.


class ExistsError(UsageError):
    """There is something already where a file or a folder is to be written."""

    def __init__(self, path: Path) -> None:
        super().__init__("exists already", where=path, remedy="choose another place or remove it")


class TrainingExistsError(UsageError):
    """A training was begun already where another is to begin."""

    def __init__(self, folder: Path) -> None:
        super().__init__("exists already", where=folder, remedy="resume it, or choose another place")


class NothingBegunError(UsageError):
    """There is no training to resume."""

    def __init__(self, folder: Path) -> None:
        super().__init__("no training was begun there", where=folder, remedy="do not resume it, but start it")


class RunExistsError(UsageError):
    """There is a run of this name, or something else in its place."""

    def __init__(self, path: Path) -> None:
        remedy = "choose another name in the search file, or resume that run"
        super().__init__("exists already", where=path, remedy=remedy)


class OtherSettingsError(UsageError):
    """The run of this name began with other settings.

    Attributes:
        keys: of those that differ.
    """

    def __init__(self, path: Path, keys: tuple[str, ...]) -> None:
        remedy = "choose another name in the search file, or resume it as it began"
        super().__init__(f"began with other values of {', '.join(keys)}", where=path, remedy=remedy)
        self.keys = keys


class IsArchitectureError(UsageError):
    """A file of an architecture stands where a search file is expected."""

    def __init__(self, path: Path) -> None:
        super().__init__("an architecture", where=path, expected="a search file")


class IsSearchFileError(UsageError):
    """A search file stands where a file of an architecture is expected."""

    def __init__(self, path: Path) -> None:
        super().__init__("a search file", where=path, expected="an architecture, as export writes")


class NoWeightsError(UsageError):
    """An architecture has no weights yet."""

    def __init__(self, path: Path) -> None:
        super().__init__("an architecture without weights", where=path, remedy="train it first")


class NotPortableError(UsageError):
    """A network can't be written for other programs, or answers otherwise there.

    Attributes:
        trained: whether it was trained just now, and its weights are kept.
    """

    def __init__(self, what: str, *, where: str = "", trained: bool = False) -> None:
        kept = "; a resumed training without them trains nothing again" if trained else ""
        super().__init__(what, where=where, remedy=f"leave these files out{kept}")
        self.trained = trained


class WorkersTooLargeError(ArgumentError):
    """Machines have not what so many workers ask for.

    Attributes:
        grows: whether others may come, of which nobody knows what they have.
    """

    def __init__(self, workers: int, needs: str, *, grows: bool) -> None:
        there = "the cluster" if grows else "this machine"
        remedy = "where machines come on demand, give device and cpus" if grows else "ask for fewer, or for fewer cpus"
        super().__init__("workers", f"{there} has not {needs}", workers, remedy=remedy)
        self.grows = grows


class TooFewImagesError(ArgumentError):
    """Workers are to share batches, and there is not one whole batch of images.

    Attributes:
        images: there are.
        batch_size: of the recipe.
    """

    def __init__(self, workers: int, *, images: int, batch_size: int) -> None:
        what = f"the {images} training images are no whole batch of {batch_size}"
        super().__init__("workers", what, workers, remedy="train without workers")
        self.images = images
        self.batch_size = batch_size


class ForeignSchemaError(UsageError):
    """A file stands where the schema of search files is to be written."""

    def __init__(self, path: Path) -> None:
        super().__init__("exists already, and is not our schema", where=path, remedy="choose another folder")


class NoGpuToTimeError(UsageError):
    """Networks are to be timed on a GPU, and there is none here.

    Attributes:
        gpus: that a trial takes.
    """

    def __init__(self, gpus: float) -> None:
        super().__init__(
            f"{gpus:g}, but torch finds no GPU here to time on",
            where="resources.gpus",
            remedy="plan without timing, or with device cpu for the times of a CPU",
        )
        self.gpus = gpus


class BatchTooLargeToTimeError(UsageError):
    """A batch does not fit into the memory of the device that networks are timed on.

    Attributes:
        batch_size: images.
    """

    def __init__(self, batch_size: int, input_size: int, device: str) -> None:
        super().__init__(
            f"{batch_size} images of {input_size} px do not fit into the memory of {device}",
            where="training.batch_size",
            remedy="ask for less, or plan without timing",
        )
        self.batch_size = batch_size


class CpusAloneError(ArgumentError):
    """CPUs are asked for without workers or a cluster to have them."""

    def __init__(self) -> None:
        remedy = "torch takes all cores of this machine without them"
        super().__init__("cpus", "is for workers or an address", remedy=remedy)
