"""The pool as a table: what each network scored with each seed on the images to choose by, and on those to report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import mean

from benchmarks.campaign import SHORT, read_rows
from benchmarks.outcome.pool import baselines, searched
from benchmarks.outcome.rows import ROWS
from benchmarks.transfer.rows import KEY, trained_by
from benchmarks.transfer.rows import ROWS as TRANSFER_ROWS
from spaces import Candidate

NUM_CLASSES = 81


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What one training gave: shares of images that are named right.

    Attributes:
        choose: of the 1,538 images that networks are chosen by.
        report: of the 1,243 images of the report.
    """

    choose: float
    report: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The trainings of the pool.

    Attributes:
        trainings: by network and seed; each network has at least one seed.
        names: of the networks.
    """

    trainings: Mapping[Candidate, Mapping[int, Training]]
    names: Mapping[Candidate, str]

    def score(self, candidate: Candidate, seed: int) -> float:
        """Returns the score that a search sees of a training; seeds above those of the table begin again at its first.

        Args:
            candidate: a network of the pool.
            seed: of the training.
        """
        own = self.trainings[candidate]
        return own[sorted(own)[seed % len(own)]].choose

    def chosen_by(self, candidate: Candidate) -> float:
        """Returns the mean over seeds on the images that networks are chosen by."""
        return mean(one.choose for one in self.trainings[candidate].values())

    def worth(self, candidate: Candidate) -> float:
        """Returns the mean over seeds on the images of the report."""
        return mean(one.report for one in self.trainings[candidate].values())


def read_table() -> tuple[Table, list[str]]:
    """Returns the trainings of the pool, and the names of the networks that have none yet."""
    by_name = _by_name([*read_rows(TRANSFER_ROWS.path), *read_rows(ROWS.path)])
    networks = [*searched(NUM_CLASSES), *baselines(NUM_CLASSES)]
    trained = [variant for variant in networks if variant.name in by_name]
    table = Table(
        trainings={variant.candidate: by_name[variant.name] for variant in trained},
        names={variant.candidate: variant.name for variant in trained},
    )
    return table, [variant.name for variant in networks if variant.name not in by_name]


def _by_name(rows: Iterable[Mapping[str, str]]) -> dict[str, dict[int, Training]]:
    wanted = dict(zip(KEY[2:], map(str, trained_by(SHORT)), strict=True))
    found: dict[str, dict[int, Training]] = {}
    for row in rows:
        if wanted.items() <= row.items():
            training = Training(choose=float(row["choose"]), report=float(row["report"]))
            found.setdefault(row["network"], {})[int(row["seed"])] = training
    return found
