"""One of the trainings that share a GPU."""

from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import torch

from pipelines.loading.data import PreparedData
from pipelines.measuring.clock import wait
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from spaces import Candidate
from ulsam import build_model


def train(network: Candidate, folder: Path, recipe: Recipe, orders: Connection) -> None:
    """Does an epoch on each request, and says when it is done."""
    device = torch.device("cuda")
    torch.set_num_threads(1)
    data = PreparedData(folder, workers=1, device=device, reader="resident")
    model = build_model(network.arch, network.input_size)
    training = Training(model, data, recipe, network.input_size, seed=0, device=device, compiling="never")
    with suppress(EOFError):
        while True:
            orders.recv()
            training._train_epoch(lambda step: 1e-4)
            wait(device)
            orders.send(True)
