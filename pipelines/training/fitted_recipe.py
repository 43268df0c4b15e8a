"""Batch size, learning rate and length that fit a number of training images.

Few images in large batches give few steps. Scores then depend on the progress of the training more than on the network.
The rule halves the batch until an epoch has enough steps, scales the rate with the square root of the batch
(Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, https://arxiv.org/abs/1404.5997,
section 5), and trains for more epochs if an epoch is still short. ``benchmarks/few_images`` compares its settings; it
has no results yet.
"""

from dataclasses import dataclass, replace
from math import ceil

from pipelines.training.recipe import Recipe

STEPS = 50  # of an epoch, at least
_SMALLEST_BATCH = 16  # norms count their statistics within a batch
_LONGEST = 4  # times as many epochs, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRecipe:
    """A recipe for a number of training images.

    Attributes:
        recipe: as fitted.
        steps: of an epoch.
    """

    recipe: Recipe
    steps: int

    @classmethod
    def of(cls, recipe: Recipe, images: int) -> "FittedRecipe":
        """Fits the batch size, learning rate and epochs of a recipe to a number of images.

        Args:
            recipe: for many images.
            images: the number of training images, at least 1.
        """
        batch = recipe.batch_size
        while images // batch < STEPS and batch // 2 >= _SMALLEST_BATCH:
            batch //= 2
        steps = max(1, images // batch)
        epochs = ceil(recipe.epochs * min(_LONGEST, max(1.0, STEPS / steps)))
        rate = float(f"{recipe.learning_rate * (batch / recipe.batch_size) ** 0.5:.2g}")
        return cls(recipe=replace(recipe, batch_size=batch, learning_rate=rate, epochs=epochs), steps=steps)
