"""The task of a worker: to train one network."""

from dataclasses import dataclass
from pathlib import Path

from pipelines.fold import Fold
from pipelines.loading.base import ReaderKind
from pipelines.loading.memory import MEMORY_SHARE
from pipelines.names import CompileMode
from pipelines.storage.remote import DataLocation
from pipelines.training.metrics import ACCURACY
from pipelines.training.own_metric import OwnMetric
from pipelines.training.recipe import Recipe
from spaces import Candidate

BEGUN = ".begun"  # beside the folder of checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTask:
    """One trial, complete in itself, so that any worker can do it.

    Attributes:
        number: of the trial in the record.
        candidate: the network.
        recipe: of the training.
        data: the folder of prepared data, the same path on every machine, or its address in an object store.
        data_id: of the data that are expected there.
        seed: of the weights, the data order and the views.
        key: a hash of all that the result depends on; only a checkpoint with the same key is resumed.
        weights: the file to write the trained weights to, in a folder that the driver sees.
        checkpoints: a folder there of this task alone, to go on from if the worker is lost.
        checkpoint_seconds: the training is saved after an epoch, but not more often than this.
        cpus: threads for training, and for decoding.
        gpus: the share of a GPU to train on; 0: on the CPU.
        pretrained: a file of weights to start from where they fit; None: start fresh.
        cut_from: the width of the network that these weights are of, where they are cut for a narrower one; None: they
            are not cut.
        teacher: the folder of an exported network to learn from; None: from labels alone.
        reader: how images are read; None: resident where they fit into ``memory``.
        memory: share of a machine's memory, or a GPU's, for the images of all trials that run there at once.
        metric: the name of the metric that the search maximises.
        own_metric: the function that computes it, if it is of the user's own; None: it is one of this package.
        compiling: whether the network is compiled.
        rungs: epochs after which the driver decides whether to go on; the score at a rung is annealed.
        fold: the images of train and val that the training leaves out and is scored on; None: those of val.
    """

    number: int
    candidate: Candidate
    recipe: Recipe
    data: DataLocation
    data_id: str
    seed: int
    key: str
    weights: Path
    checkpoints: Path
    checkpoint_seconds: float
    cpus: int
    gpus: float
    pretrained: Path | None = None
    cut_from: float | None = None
    teacher: Path | None = None
    reader: ReaderKind | None = None
    memory: float = MEMORY_SHARE
    metric: str = ACCURACY.name
    own_metric: OwnMetric | None = None
    compiling: CompileMode = "auto"
    rungs: tuple[int, ...] = ()
    fold: Fold | None = None

    def begin(self) -> None:
        """Leaves a mark that the driver sees: from here on, the network may be the cause of this worker's end."""
        self.checkpoints.parent.mkdir(parents=True, exist_ok=True)
        self.checkpoints.with_suffix(BEGUN).touch()
