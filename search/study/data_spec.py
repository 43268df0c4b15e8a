"""The data of a search, and of a network that it found."""

from pathlib import Path

from pydantic import Field

from pipelines.storage.manifest import Channel, Manifest
from pipelines.storage.remote import DataLocation
from spaces.config import Section


class DataSpec(Section):
    """The data of a search, and of a network that it found.

    Attributes:
        folder: where it is prepared; in an object store, its address.
        name, classes: of the data set.
        data_id: a hash of all that training sees.
        image_size: pixels, as stored.
        val_images: how many images an accuracy is read from.
        train_images: how many networks learn from; None in files of versions that did not say.
        mean, std: a channel, from 0 to 1; they go before the network.
    """

    folder: DataLocation
    name: str
    data_id: str
    classes: tuple[str, ...] = Field(min_length=2)
    image_size: int
    val_images: int
    train_images: int | None = None
    mean: Channel
    std: Channel

    @classmethod
    def of(cls, folder: DataLocation, manifest: Manifest) -> "DataSpec":
        """Returns the spec of prepared data.

        Args:
            folder: of the data, or its address in an object store.
            manifest: of these data.
        """
        return cls(
            folder=folder.resolve() if isinstance(folder, Path) else folder,
            name=manifest.name,
            data_id=manifest.data_id,
            classes=manifest.classes,
            image_size=manifest.image_size,
            val_images=manifest.splits["val"].images,
            train_images=manifest.splits["train"].images,
            mean=manifest.mean,
            std=manifest.std,
        )
