"""What data sets, recipes and ways to work are called on a command line and in a search file.

Importing it loads nothing.
"""

from typing import Literal, get_args

DatasetName = Literal["digits", "folder", "cifar10", "cifar100", "food101", "imagenet1k", "cub200", "stanford_dogs"]

LayoutName = Literal["classes", "table", "imagefolder", "parquet", "tiny-imagenet"]  # of images of your own

RecipeName = Literal["smoke", "transfer", "fine-grained", "cifar", "imagenet-fast", "publication"]
RECIPE_NAMES: tuple[RecipeName, ...] = get_args(RecipeName)

CompileMode = Literal["auto", "never", "always"]

Copies = Literal["near", "equal"]  # images that stay in one drawn split: nearly equal ones too, or equal ones alone
