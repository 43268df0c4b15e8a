"""One of the trainings that share a GPU."""

from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import torch

from pipelines.loading.data import PreparedData
from pipelines.measuring.clock import wait
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from ulsam import ArchConfig, build_model


def train(arch: ArchConfig, folder: Path, recipe: Recipe, orders: Connection) -> None:
    """Does an epoch on each request, and says when it is done."""
    device = torch.device("cuda")
    torch.set_num_threads(1)
    data = PreparedData(folder, workers=1, device=device, reader="resident")
    model = build_model(arch, recipe.input_size)
    training = Training(model, data, recipe, seed=0, device=device, compiling="never")
    with suppress(EOFError):
        while True:
            orders.recv()
            training._train_epoch(lambda step: 1e-4)
            wait(device)
            orders.send(True)
