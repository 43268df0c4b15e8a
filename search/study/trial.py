"""What a search asks of a trial, and what is known of it afterwards."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from statistics import mean
from typing import Any

from pipelines.training.epoch import Epoch
from search.optimize.early_stopping import EarlyStop
from search.optimize.hypervolume_gap import HypervolumeGap
from search.study.cost_order import cost_order
from search.study.fold_mean import FoldMean
from spaces import Candidate
from ulsam import ArchConfig

VALUE = "accuracy"  # the key of a result's value in records


class OutcomeError(ValueError):
    """A result has no outcome, or two."""


class Status(StrEnum):
    """Where a trial stands.

    A stopped one was ended early, because others that are no more expensive led it; a failed one can't be trained. The
    networks of neither are proposed again.
    """

    RUNNING = "running"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What a worker found out about a network.

    Attributes:
        value: of the metric that the search maximises, top-1 unless it says otherwise, on the validation split after
            the last epoch, 0 to 1; None: there was none.
        failure: why the training failed, in one line; None: it did not.
        stopped: why it was ended early; None: it was not.
        epochs: the training, an entry an epoch.
        interruptions: where it was taken up again after a worker was lost, a line each.
        standard_error: of ``value``; None: there is none, or the value determines it.
        rungs: that metric by epoch, each read after a short annealing to zero, where a search stops early.
        rung_errors: the standard errors of ``rungs``, where their values do not determine them.
        remaining: what untried networks could still add to the front, as estimated when the trial ended.
        weights_sha256: of the weights that scored ``value``; None where there are none.
        seconds: from start to score.
        host, node: the machine that trained it, and its Ray node.
        device: ``cpu``, or the GPU's name.
    """

    value: float | None = None
    standard_error: float | None = None
    failure: str | None = None
    stopped: EarlyStop | None = None
    epochs: tuple[Epoch, ...] = ()
    rungs: dict[int, float] = field(default_factory=dict)
    rung_errors: dict[int, float] = field(default_factory=dict)
    interruptions: tuple[str, ...] = ()
    remaining: HypervolumeGap | None = None
    weights_sha256: str | None = None
    seconds: float = 0.0
    host: str = ""
    node: str = ""
    device: str = "cpu"

    def __post_init__(self) -> None:
        if [self.value, self.failure, self.stopped].count(None) != 2:
            raise OutcomeError("a trial has a value, a failure, or was stopped: one of them")

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON. Records of every version name the value :data:`VALUE`, whatever the metric."""
        values = asdict(self)
        return {VALUE: values.pop("value"), **values, "epochs": [epoch.to_dict() for epoch in self.epochs]}

    @property
    def note(self) -> str:
        """Why there is no value, or what is special about the value; empty: nothing."""
        parts = max((epoch.micro_batches for epoch in self.epochs), default=1)
        cut = f"batches were split into {parts} to fit into memory, with accumulated gradients" if parts > 1 else ""
        return "; ".join(filter(None, (self.failure, str(self.stopped or ""), cut, *self.interruptions)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One row of a search's record: a network with its exact costs, and its result once there is one.

    ``costs`` are all that the search knows, by name; ``minimised`` names those that are objectives.

    ``started`` and ``ended`` are UTC, by the driver's clock; ``end_number`` counts the ends, from 1. ``search_seconds``
    says for how long the search had run when the trial ended, or when its epoch was noted, breaks left out; None in
    records of versions that did not say. ``fold`` is the number of the one that the training left out and was scored
    on; None in a search without folds. ``values`` are those of a network that was trained with several seeds, this
    trial's first; the record itself has one trial a seed. ``fold_mean`` says what folds they were scored on and how
    much these differ from all; None in the record itself, and in a search without folds. ``origin`` says of which other
    search it was taken over, None that it was not. ``epoch`` is the last that is known of a running one, which may have
    done more.
    """

    number: int
    candidate: Candidate
    costs: Mapping[str, int]
    minimised: tuple[str, ...]
    seed: int
    status: Status
    started: datetime
    ended: datetime | None = None
    result: TrialResult | None = None
    end_number: int = 0
    values: tuple[float, ...] = ()
    origin: str | None = None
    epoch: Epoch | None = None
    search_seconds: float | None = None
    fold: int | None = None
    fold_mean: FoldMean | None = None

    @property
    def arch(self) -> ArchConfig:
        """The layers of the candidate."""
        return self.candidate.arch

    @property
    def value(self) -> float:
        """The value of the metric, 0 to 1: of a complete trial, or the mean over the seeds of its network.

        With folds, what makes the folds of a network easier than the mean of all is taken off.
        """
        if self.values:
            value = mean(self.values)
        else:
            assert self.result is not None, f"trial {self.number} is {self.status}"
            assert self.result.value is not None, f"trial {self.number} is {self.status}"
            value = self.result.value
        effect = None if self.fold_mean is None else self.fold_mean.effect
        return value if effect is None else min(max(value - effect, 0.0), 1.0)

    @property
    def noise_share(self) -> float:
        """The variance that chance in trainings gives the value, relative to that of the score of one training."""
        further = 0.0 if self.fold_mean is None else self.fold_mean.variance
        return 1 / max(1, len(self.values)) + further

    @property
    def standard_error(self) -> float | None:
        """The recorded standard error of the first seed's value; None: there is none.

        Without folds, all seeds are scored on the same images, so that further seeds do not reduce it.
        """
        return None if self.result is None else self.result.standard_error

    @property
    def objectives(self) -> tuple[float, ...]:
        """The objectives of a complete trial: the metric's value, then the costs that are minimised."""
        return self.value, *self.minimised_costs

    @property
    def minimised_costs(self) -> tuple[int, ...]:
        """The costs that are objectives, in their order."""
        return tuple([self.costs[name] for name in self.minimised])

    @property
    def cost_order(self) -> tuple[int, ...]:
        """The key by which networks are sorted, cheapest first: see :func:`~search.study.cost_order.cost_order`."""
        return cost_order(self.costs, self.minimised)
