"""A training that sleeps, and what it would have found."""

import os
import time
from typing import Any
from zlib import crc32

from ray import tune

from benchmarks.made_up_training import MadeUpTraining
from pipelines.training.epoch import Epoch
from search.ray_backend.trial_worker import RESULT
from search.study.trial import TrialResult


class Sleeps(MadeUpTraining):
    """A worker whose training is to wait."""

    def step(self) -> dict[str, Any]:
        seconds = float(os.environ["SCALE_SECONDS"])
        time.sleep(seconds)
        epoch = Epoch(number=1, train_loss=1.0, val={"loss": 1.0, "accuracy": 0.5}, seconds=seconds)
        result = TrialResult(
            value=made_up_accuracy(self._task.candidate.arch.arch_id), epochs=(epoch,), seconds=seconds
        )
        return {RESULT: result, tune.result.DONE: True}


def made_up_accuracy(arch_id: str) -> float:
    """Anything from 0.4 to 0.6, always the same for one network."""
    return 0.4 + 0.2 * crc32(arch_id.encode()) / 2**32
