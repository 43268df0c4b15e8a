"""The rows of the pool's own trainings."""

from pathlib import Path

from benchmarks.campaign import Rows
from benchmarks.transfer.rows import COLUMNS, KEY

ROWS = Rows(path=Path(__file__).with_name("trainings.csv"), key=KEY, columns=(*COLUMNS, "rung"))
