"""Prepared data, opened: batches ready for a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipelines.loading.augment import Normaliser, epoch_draws, epoch_order, random_views, resize
from pipelines.loading.reader import Reader, ReaderKind, open_reader
from pipelines.split import Split
from pipelines.storage.manifest import beton_path, verify
from pipelines.training.recipe import Recipe
from pipelines.training.source import Batches


class PreparedData:
    """A folder of prepared data. Keep it between trainings: readers are opened, and compiled, once.

    Args:
        folder: made by ``prepare``.
        batch_size: images a batch.
        workers: threads that decode.
        device: where batches go.
        splits: the only splits that may be read; they are verified now.
        reader: how files are read; None chooses.

    Raises:
        DataError: the files are not those that were prepared.
    """

    def __init__(
        self,
        folder: Path,
        *,
        batch_size: int,
        workers: int,
        device: torch.device,
        splits: tuple[Split, ...] = ("train", "val"),
        reader: ReaderKind | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = verify(folder, splits)
        self._batch_size = batch_size
        self._workers = workers
        self._device = device
        self._splits = splits
        self._kind = reader
        self._readers: dict[Split, Reader] = {}
        self._normalise = Normaliser(self.manifest.mean, self.manifest.std, device)

    def steps_per_epoch(self) -> int:
        """Training steps in an epoch: full batches only, unless there is not even one."""
        return max(1, self.manifest.splits["train"].images // self._batch_size)

    @contextmanager
    def training_batches(self, recipe: Recipe, seed: int, epoch: int) -> Iterator[Batches]:
        """One epoch of augmented batches: (batch, 3, input_size, input_size) floats, (batch,) labels."""
        reader = self._reader("train")
        samples = len(reader.labels)
        draws = epoch_draws(samples, seed, epoch)
        order = epoch_order(samples, seed, epoch)[: self.steps_per_epoch() * self._batch_size]
        chunks = iter(np.split(order, range(self._batch_size, len(order), self._batch_size)))

        def views(batches: Batches) -> Batches:
            for (images, labels), indices in zip(batches, chunks, strict=True):
                pixels = random_views(
                    self._floats(images),
                    draws[torch.from_numpy(indices)],
                    recipe.input_size,
                    min_crop=recipe.min_crop,
                    flip=recipe.flip,
                )
                yield pixels, labels.to(self._device, copy=True)

        with reader.batches(order) as batches:
            yield views(batches)

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        """All of a split in file order, whole images: (batch, 3, input_size, input_size) floats, (batch,) labels."""
        reader = self._reader(split)
        with reader.batches(np.arange(len(reader.labels))) as batches:
            yield (
                (resize(self._floats(images), input_size), labels.to(self._device, copy=True))
                for images, labels in batches
            )

    def _floats(self, images: Tensor) -> Tensor:
        return self._normalise(images.to(self._device))

    def _reader(self, split: Split) -> Reader:
        if split not in self._splits:
            raise ValueError(f"the {split} split was not opened, only {', '.join(self._splits)}")
        if split not in self._readers:
            path = beton_path(self.folder, split)
            self._readers[split] = open_reader(path, self._batch_size, self._workers, self._kind)
        return self._readers[split]
