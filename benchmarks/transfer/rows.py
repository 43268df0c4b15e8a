"""Rows of trainings that start from trained weights: of this comparison and of others that share trainings with it."""

from pathlib import Path

from benchmarks.campaign import Rows
from pipelines.training.recipe import METHOD, Recipe

TRAININGS = Path(__file__).with_name("trainings.csv")
KEY = ("network", "seed", "epochs", "learning_rate", "clip_norm", "method")
COLUMNS = (*KEY, "input_size", "params", "flops", "val", "choose", "report", "train_loss", "seconds")
ROWS = Rows(path=TRAININGS, key=KEY, columns=COLUMNS)


def trained_by(recipe: Recipe) -> tuple[object, ...]:
    """What a row's key has of the recipe."""
    return (recipe.epochs, recipe.learning_rate, recipe.clip_norm, METHOD)
