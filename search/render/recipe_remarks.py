"""Remarks on a recipe that does not suit the data or the weights of a search."""

from collections.abc import Iterator

from pipelines.training.fitted_recipe import STEPS, FittedRecipe
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values
from search.study.spec import StudySpec

_LARGE_BATCH = 64
_TOO_HIGH_FOR_WEIGHTS = 2  # times the rate that suits trained weights
# Times the rate that suits fresh weights. At twice that rate benchmarks/narrow has eight seeds of one network up to 56
# points apart.
_TOO_HIGH = 1.5


def recipe_remarks(spec: StudySpec) -> Iterator[str]:
    """Yields a line for each remark; none where the recipe suits."""
    recipe, images = spec.recipe, spec.trained_images
    if images is not None and recipe.batch_size > _LARGE_BATCH and images // recipe.batch_size < STEPS:
        fitted = FittedRecipe.of(recipe, images).recipe
        yield (
            f"{images // recipe.batch_size} steps per epoch ({images:,} images, training.batch_size "
            f"{recipe.batch_size}) are few, so scores may depend more on training progress than on the network; "
            f"training.batch_size {fitted.batch_size} and training.learning_rate {fitted.learning_rate:g} suit the data"
        )
    if spec.training.pretrained is not None:
        suitable = Recipe(**recipe_values("transfer"))
        if _per_image(recipe) > _TOO_HIGH_FOR_WEIGHTS * _per_image(suitable):
            yield (
                f"training.learning_rate {recipe.learning_rate:g} is high for trained weights and may destroy them; "
                f"training.recipe transfer has {suitable.learning_rate:g} with batches of {suitable.batch_size}"
            )
    elif spec.training.recipe is None and _per_image(recipe) > _TOO_HIGH * _per_image(Recipe(epochs=1)):
        rate = _per_image(Recipe(epochs=1)) * recipe.batch_size**0.5
        yield (
            f"training.learning_rate {recipe.learning_rate:g} is high for batches of {recipe.batch_size}, so scores "
            f"may vary strongly between seeds; {rate:.2g} suits this batch size"
        )


def _per_image(recipe: Recipe) -> float:
    """Returns the equivalent rate for a batch of one."""
    return float(recipe.learning_rate / recipe.batch_size**0.5)
