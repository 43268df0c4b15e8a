"""A worker's network and recipe, and its run to the end of a task."""

from ray import tune

from pipelines.training.epoch import Epoch
from pipelines.training.recipe import Recipe
from search.ray_backend.trial_worker import EPOCH, RESULT, TrialWorker
from search.study.trial import TrialResult
from spaces import Candidate
from ulsam import ArchConfig, Placement

RECIPE = Recipe(epochs=2, batch_size=64, flip=False)
NETWORK = Candidate(
    input_size=8,
    arch=ArchConfig(
        backbone="mobilenet_v1",
        width=0.1,
        num_classes=10,
        stem_stride=1,
        placements=(Placement(block=3, mode="insert", groups=2),),
    ),
)


def run(worker: TrialWorker) -> tuple[list[Epoch], TrialResult]:
    epochs = []
    while True:
        report = worker.step()
        if RESULT in report:
            assert report[tune.result.DONE]
            return epochs, report[RESULT]
        epochs.append(report[EPOCH])
