"""The three parts of a data set: to train on, to choose by, and to report on at the very end."""

from typing import Literal, get_args

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
