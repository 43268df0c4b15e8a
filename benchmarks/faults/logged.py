"""A log of the epochs that were trained, independent of the records of both systems, by the training process."""

import json
import os
import time

from pipelines.training.epoch import Epoch
from pipelines.training.loop import Training

LOG = "ULSAM_FAULTS_LOG"  # environment variable: the file


class LoggedTraining(Training):
    """A training that keeps that log; ``label`` says of which trial."""

    label = ""

    def run_epoch(self) -> Epoch:
        epoch = super().run_epoch()
        line = {"label": self.label, "epoch": epoch.number, "process": os.getpid(), "time": time.time()}
        file = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, json.dumps(line).encode() + b"\n")  # in one piece, whoever writes at the same time
        os.close(file)
        return epoch
