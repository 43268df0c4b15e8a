"""Prepared data, opened: batches ready for a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipelines.errors import DataError, DetailedError
from pipelines.fold import Fold
from pipelines.loading.augment import Normaliser, epoch_order, resize
from pipelines.loading.balanced_order import balanced_order
from pipelines.loading.base import Reader, ReaderKind
from pipelines.loading.factory import choose_reader, open_joined_reader, open_reader
from pipelines.loading.memory import MEMORY_SHARE, memory_for_data
from pipelines.loading.views import ViewDraws, make_views
from pipelines.split import Split
from pipelines.storage.folds import read_folds
from pipelines.storage.manifest import beton_path, verify
from pipelines.training.recipe import Recipe
from pipelines.training.source import Batches
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup

_SCORED_AT_ONCE = 256  # images; a score does not depend on it


class OtherDataError(DataError):
    """A folder holds other data than expected.

    Attributes:
        found, expected_id: the ids of both.
    """

    def __init__(self, folder: object, *, found: str, expected: str) -> None:
        super().__init__(f"holds other data (id {found}) than expected (id {expected})", where=folder)
        self.found = found
        self.expected_id = expected


class NoWholeBatchError(DetailedError):
    """There are fewer training images than a batch that workers are to share.

    Attributes:
        images: there are.
        batch_size: of the recipe.
    """

    def __init__(self, images: int, batch_size: int) -> None:
        super().__init__(f"{images} training images are no whole batch of {batch_size}, which workers share")
        self.images = images
        self.batch_size = batch_size


class ClosedSplitError(DetailedError):
    """A split was not opened.

    Attributes:
        split: which.
    """

    def __init__(self, split: Split, splits: tuple[Split, ...]) -> None:
        super().__init__(f"the {split} split was not opened, only {', '.join(splits)}")
        self.split = split


class PreparedData:
    """A folder of prepared data. Keep it between trainings: images are decoded, or pipelines compiled, once.

    Args:
        folder: made by ``prepare``.
        workers: threads that decode.
        device: where batches go.
        splits: the only splits that may be read; they are verified now.
        reader: how files are read; None: resident where that takes no more than ``memory``.
        memory: bytes that resident images may take; None: a quarter of the device's.
        group: whose workers share each batch, and each split that is scored; this worker's rank in it.
        data_id: of the data that are expected; None: any.
        fold: the images of train and val together that ``val`` means here, while ``train`` means the others; None: the
            splits as they were prepared. The reader is then resident or plain.

    Raises:
        DataError: the files are not those that were prepared, or hold other data than expected.
        NoGroupNumbersError, TooManyFoldsError: the data can't be divided into folds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int,
        device: torch.device,
        splits: tuple[Split, ...] = ("train", "val"),
        reader: ReaderKind | None = None,
        memory: int | None = None,
        group: WorkerGroup = SINGLE_WORKER,
        data_id: str | None = None,
        fold: Fold | None = None,
    ) -> None:
        self.folder = folder
        self.manifest = verify(folder, splits)
        if data_id is not None and self.manifest.data_id != data_id:
            raise OtherDataError(folder, found=self.manifest.data_id, expected=data_id)
        memory = memory_for_data(device, MEMORY_SHARE, of_device=1) if memory is None else memory
        pixels = sum(self.manifest.splits[split].images for split in splits) * 3 * self.manifest.image_size**2
        self.reader: ReaderKind = reader or choose_reader(pixels, memory, joins=fold is not None)
        self.fold = fold
        self._fold_numbers = None if fold is None else read_folds(folder, self.manifest, fold.of)
        self._workers = workers
        self._device = device
        self._group = group
        self._splits = splits
        self._readers: dict[tuple[Split, ...], Reader] = {}
        self._normalise = Normaliser(self.manifest.mean, self.manifest.std, device)

    def open(self) -> None:
        """Opens every split now instead of at its first use: a bad disk or a lack of memory shows here.

        Raises:
            OSError: a file can't be read.
            torch.OutOfMemoryError: resident images do not fit.
        """
        for split in self._splits:
            self._reader(split)

    def serves(self, data_id: str, fold: Fold | None) -> bool:
        """Whether these are certain data, divided into as many folds as are asked for.

        Args:
            data_id: of the data that are asked for.
            fold: one of as many folds; None: the data are not to be divided.
        """
        folds = None if self.fold is None else self.fold.of
        return self.manifest.data_id == data_id and folds == (None if fold is None else fold.of)

    def leaving_out(self, fold: Fold | None) -> Self:
        """Returns these data for another fold; nothing is opened again.

        Args:
            fold: that :meth:`serves` allows.
        """
        assert self.serves(self.manifest.data_id, fold)
        if fold == self.fold:
            return self
        other = copy(self)
        other.fold = fold
        return other

    @property
    def num_classes(self) -> int:
        """The number of classes; labels are from 0 to ``num_classes - 1``."""
        return len(self.manifest.classes)

    def class_counts(self) -> list[int]:
        """Returns the number of training images of each class, in the order of labels; of all workers together.

        Raises:
            ClosedSplitError: the training split was not opened.
        """
        labels = self._reader("train").labels[self._samples("train")]
        counts: list[int] = np.bincount(labels, minlength=self.num_classes).tolist()
        return counts

    def steps_per_epoch(self, batch_size: int) -> int:
        """Returns the training steps of an epoch: full batches only, unless there is not even one."""
        return max(1, len(self._samples("train")) // batch_size)

    @contextmanager
    def training_batches(self, recipe: Recipe, input_size: int, *, seed: int, epoch: int) -> Iterator[Batches]:
        """Opens one epoch of augmented batches: (batch, 3, size, size) floats, (batch,) labels.

        Args:
            recipe: of the batch size and the augmentations.
            input_size: of the network, in pixels; the views have :meth:`Recipe.size_at` of that epoch.
            seed: of the training.
            epoch: from 0.

        Raises:
            ClosedSplitError: the training split was not opened.
            NoWholeBatchError: several workers share a batch, and there are fewer images than one batch.
            UnequalSharesError: the workers can't take equally many images of a batch.
        """
        reader, samples = self._reader("train"), self._samples("train")
        if recipe.balanced_sampling:
            # A sample may come several times, each time as another view: draws are by place in the epoch.
            count = min(len(samples), self.steps_per_epoch(recipe.batch_size) * recipe.batch_size)
            places, batch_size = self._part(np.arange(count), recipe.batch_size)
            order = samples[balanced_order(reader.labels[samples], count, seed, epoch)][places]
        else:
            order, batch_size = self._part(samples[epoch_order(len(samples), seed, epoch)], recipe.batch_size)
            places = order
        draws = ViewDraws.of(recipe, len(reader.labels), seed, epoch).of_batches(places, batch_size, self._device)
        size = recipe.size_at(epoch, input_size)

        def views(batches: Batches) -> Batches:
            for (images, labels), drawn in zip(batches, draws, strict=True):
                pixels = images.to(self._device)
                yield make_views(pixels, drawn, recipe, size, self._normalise), labels.to(self._device, copy=True)

        with reader.batches(order, batch_size) as batches:
            yield views(batches)

    @contextmanager
    def evaluation_batches(self, split: Split, input_size: int) -> Iterator[Batches]:
        """Opens a split in file order, whole images: (batch, 3, input_size, input_size) floats, (batch,) labels.

        Args:
            split: one of those that were opened; each worker of a group has a part of its images.
            input_size: height and width of the images in pixels.

        Raises:
            ClosedSplitError: the split was not opened.
        """
        reader = self._reader(split)
        part = np.ascontiguousarray(self._samples(split)[self._group.rank :: self._group.size])
        with reader.batches(part, _SCORED_AT_ONCE) as batches:
            yield (
                (resize(self._floats(images), input_size), labels.to(self._device, copy=True))
                for images, labels in batches
            )

    def drawn_images(self, split: Split, count: int, input_size: int, *, seed: int) -> Tensor:
        """Returns whole images, drawn at random without replacement: (n, 3, input_size, input_size) floats.

        Args:
            split: one of those that were opened.
            count: n, or more than the split has; then all are drawn.
            input_size: height and width of the images in pixels.
            seed: of the draw.

        Raises:
            ClosedSplitError: the split was not opened.
        """
        reader, samples = self._reader(split), self._samples(split)
        drawn = np.random.default_rng(seed).permutation(samples)[:count]
        with reader.batches(drawn, _SCORED_AT_ONCE) as batches:
            return torch.cat([resize(self._floats(images), input_size) for images, _ in batches])

    def _part(self, order: NDArray[np.int64], batch_size: int) -> tuple[NDArray[np.int64], int]:
        """Returns the samples of this worker in an epoch, in order, and the number of them in a batch.

        Raises:
            NoWholeBatchError: several workers share a batch, and there are fewer images than one batch.
        """
        steps, group = self.steps_per_epoch(batch_size), self._group
        order = order[: steps * batch_size]
        if group.size == 1:
            return order, batch_size
        if len(order) < batch_size:
            raise NoWholeBatchError(len(order), batch_size)
        share = group.share_of(batch_size)
        return np.ascontiguousarray(order.reshape(steps, batch_size)[:, group.rank :: group.size]).ravel(), share

    def _floats(self, images: Tensor) -> Tensor:
        return self._normalise(images.to(self._device))

    def _reader(self, split: Split) -> Reader:
        """Returns the reader of a split; with folds, train and val are one file to it."""
        if split not in self._splits:
            raise ClosedSplitError(split, self._splits)
        files: tuple[Split, ...] = (split,) if self.fold is None or split == "test" else ("train", "val")
        if files not in self._readers:
            paths = [beton_path(self.folder, file) for file in files]
            if len(paths) == 1:
                reader = open_reader(paths[0], self.reader, workers=self._workers, device=self._device)
            else:
                reader = open_joined_reader(paths, self.reader, workers=self._workers, device=self._device)
            self._readers[files] = reader
        return self._readers[files]

    def _samples(self, split: Split) -> NDArray[np.int64]:
        """Returns the indices of the images of a split in its reader, ascending."""
        if self.fold is None or self._fold_numbers is None or split == "test":
            return np.arange(self.manifest.splits[split].images)
        inside = self._fold_numbers == self.fold.number
        return np.flatnonzero(inside if split == "val" else ~inside)
