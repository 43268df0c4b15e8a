"""Searches on the same data, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from search.analysis.front import Front
from search.analysis.interval import with_interval
from search.analysis.uncertainty import ValueUncertainty
from search.errors import UsageError
from search.optimize.pareto import ReferencePoint
from search.render.fold_words import scored_on
from search.render.progress import best_within
from search.render.words import counted
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.trial import TrialRecord
from spaces import format_count


class IncomparableDataError(UsageError):
    """The runs to compare are on different data."""


class IncomparableFoldsError(UsageError):
    """The runs to compare scored their networks on different images of the same data."""


class IncomparableMethodError(UsageError):
    """The runs to compare are by versions that train in different ways."""


class IncomparableObjectivesError(UsageError):
    """The runs to compare maximise different metrics, or minimise different costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """One of the searches: its folder's name, its spec, its ended trials in that order, and its front."""

    name: str
    spec: StudySpec
    ended: tuple[TrialRecord, ...]
    front: Front

    @property
    def uncertainty(self) -> ValueUncertainty:
        """The uncertainty of the values of its networks."""
        return ValueUncertainty(self.front.networks, self.spec)

    @property
    def on_front(self) -> int:
        """The number of networks on the front; costs that differ by less than ``search.cost_epsilon`` are equal."""
        return len(self.front.members(self.spec.search.cost_epsilon))

    def value(self, network: TrialRecord) -> str:
        """Returns the value of a network of the search with its 95% interval, in words."""
        return with_interval(network.value, self.uncertainty.interval(network))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Searches on the same data.

    Attributes:
        sides: the searches, in the order requested.
        reference: the widest of their reference points; all hypervolumes refer to it.
        settings: by key, the values of each search, for the settings that differ.
    """

    sides: tuple[ComparedRun, ...]
    reference: ReferencePoint
    settings: dict[str, tuple[Any, ...]]

    @classmethod
    def of(cls, folders: Sequence[RunFolder]) -> "Comparison":
        """Returns the comparison of the searches in ``folders``.

        Args:
            folders: of the runs, in the order shown; at least one.

        Raises:
            UsageError: a record can't be read, or the searches can't be compared; see :func:`check_comparable`.
        """
        now = [(folder.path.name, folder.snapshot()) for folder in folders]
        sides = tuple(
            ComparedRun(name=name, spec=one.spec, ended=one.ended, front=Front(one.ended)) for name, one in now
        )
        first, *others = (side.spec for side in sides)
        for other in others:
            check_comparable(first, other)
        flat = [
            folder.flat_settings
            | {"training.pretrained (SHA-256)": _content_of(side.spec), "training.teacher (id)": side.spec.taught_by}
            for folder, side in zip(folders, sides, strict=True)
        ]
        return cls(
            sides=sides,
            reference=ReferencePoint(
                value=min(side.spec.reference.value for side in sides),
                costs={
                    name: max(side.spec.reference.costs[name] for side in sides) for name in first.search.objectives
                },
            ),
            settings={
                key: tuple(one.get(key) for one in flat)
                for key in dict.fromkeys(key for one in flat for key in one)
                if key != "name" and any(one.get(key) != flat[0].get(key) for one in flat)
            },
        )

    @property
    def reference_in_words(self) -> str:
        """The reference point with the labels of its costs."""
        return self.reference.describe(self.sides[0].spec.objectives)

    @property
    def cost_labels(self) -> str:
        """The labels of all known costs, in the order of a cell."""
        return ", ".join(cost.label for cost in self.sides[0].spec.known_costs)

    @property
    def interval_sources(self) -> str:
        """The sources of error that the intervals of the cells include, by search where they differ."""
        sources = [side.uncertainty.sources for side in self.sides]
        if len(set(sources)) == 1:
            return sources[0]
        return ", ".join(f"{side.name}: {own}" for side, own in zip(self.sides, sources, strict=True))

    def hypervolumes(self, trials: int | None = None) -> list[float]:
        """Returns the hypervolume of each search's front, in the order of ``sides``; larger is better.

        Args:
            trials: the number of trials of each search that count, the first that ended; None: all.
        """
        return [Front(side.ended[:trials]).hypervolume(self.reference) for side in self.sides]

    @property
    def fewest(self) -> int:
        """The number of ended trials of the shortest search."""
        return min(len(side.ended) for side in self.sides)

    def to_dict(self) -> dict[str, Any]:
        """Returns the comparison for JSON."""
        return {
            "reference": self.reference.to_dict(self.sides[0].spec.objectives),
            "settings_that_differ": {key: list(values) for key, values in self.settings.items()},
            "after_equally_many_trials": self.fewest,
            "runs": [
                {
                    "name": side.name,
                    "trials": len(side.ended),
                    "on_front": side.on_front,
                    "hypervolume": whole,
                    "hypervolume_after_equally_many": equally,
                    "best_within": {
                        row.limit: None if row.trial is None else row.trial.value
                        for row in best_within(side.front.networks, [other.spec for other in self.sides])
                    },
                }
                for side, whole, equally in zip(
                    self.sides, self.hypervolumes(), self.hypervolumes(self.fewest), strict=True
                )
            ],
        }


def check_comparable(one: StudySpec, other: StudySpec) -> None:
    """Checks that the results of two searches can be compared.

    Args:
        one: the first search.
        other: the second search.

    Raises:
        IncomparableDataError: the searches are on different data.
        IncomparableFoldsError: they scored their networks on different folds, or one of them on no folds.
        IncomparableObjectivesError: they maximise different metrics, or minimise different costs.
        IncomparableMethodError: they train by different methods.
    """
    both = f"{one.name} and {other.name}"
    if other.data.data_id != one.data.data_id:
        data, others = (f"{spec.data.name} ({spec.data.data_id:.8})" for spec in (one, other))
        what = f"searched on different data, {data} and {others}, so their accuracies can't be compared"
        raise IncomparableDataError(what, where=both)
    if other.folds != one.folds:
        what = f"scored networks on {scored_on(one)} and on {scored_on(other)}, which can't be compared"
        raise IncomparableFoldsError(what, where=both)
    if other.search.metric != one.search.metric:
        what = f"maximised {one.search.metric} and {other.search.metric}, which can't be compared"
        raise IncomparableObjectivesError(what, where=both)
    if other.own_metric != one.own_metric:
        what = f"maximised {one.search.metric} with different sources, so their values can't be compared"
        raise IncomparableObjectivesError(what, where=both)
    if other.search.objectives != one.search.objectives:
        low, others = (" and ".join(spec.search.objectives) for spec in (one, other))
        what = f"minimised {low} and {others}, so their fronts can't be compared"
        raise IncomparableObjectivesError(what, where=both)
    if other.method != one.method:
        what = "were trained by different training methods, so their accuracies can't be compared"
        raise IncomparableMethodError(what, where=both)


def comparison_table(comparison: Comparison) -> Table:
    """Returns a table with a column for each search."""
    sides = comparison.sides
    table = Table("", *(Column(Text(side.name)) for side in sides))
    for key, values in comparison.settings.items():
        table.add_row(key, *(Text(_setting(key, value)) for value in values))  # brackets are no markup
    table.add_section()
    table.add_row("trials", *(str(len(side.ended)) for side in sides))
    table.add_row("networks on the front", *(str(side.on_front) for side in sides))
    table.add_row("hypervolume", *(f"{share:.4f}" for share in comparison.hypervolumes()))
    if any(len(side.ended) != comparison.fewest for side in sides):
        shares = comparison.hypervolumes(comparison.fewest)
        table.add_row(f"hypervolume after {counted(comparison.fewest, 'trial')}", *(f"{share:.4f}" for share in shares))
    table.add_section()
    best = [best_within(side.front.networks, [other.spec for other in sides]) for side in sides]
    for rows in zip(*best, strict=True):
        if all(row.trial is None for row in rows) or all(row.repeats for row in rows):
            continue  # nothing is so small, or nothing is larger
        table.add_row(
            f"best within {rows[0].limit}", *(_cell(side, row.trial) for side, row in zip(sides, rows, strict=True))
        )
    return table


def _setting(key: str, value: Any) -> str:
    """Formats a value as in a search file, without the outer brackets of a list."""
    if value is None or value == []:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(f"[{_setting(key, one)}]" if isinstance(one, list) else _setting(key, one) for one in value)
    return format_count(value) if key.startswith("budgets.") else str(value)


def _cell(side: ComparedRun, network: TrialRecord | None) -> str:
    if network is None:
        return "-"
    costs = (cost.format(network.costs[cost.name]) for cost in side.spec.known_costs)
    return ", ".join((side.value(network), *costs))


def _content_of(spec: StudySpec) -> str | None:
    """Returns the SHA-256 sums of the files that networks start from; None: there are none."""
    return ", ".join(file.sha256 for file in spec.pretrained) or None
