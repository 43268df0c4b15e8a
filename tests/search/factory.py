"""Searches to test with: specs, records and results that need no training."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pipelines.training.epoch import Epoch
from pipelines.training.recipe import METHOD
from pipelines.training.score import Score
from search.config.settings import SearchSettings
from search.optimize.pareto import ReferencePoint
from search.study.data_spec import DataSpec
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord, TrialResult
from spaces import Candidate, Encoding
from ulsam import ArchConfig

DATA = DataSpec(
    folder=Path("/nowhere/data"),
    name="digits",
    data_id="0123456789abcdef",
    classes=tuple("0123456789"),
    image_size=32,
    val_images=228,
    mean=(0.3, 0.3, 0.3),
    std=(0.3, 0.3, 0.3),
)
_WORST = {"params": 300_000, "flops": 3_000_000}
SMALL_SPACE = {"widths": [0.1, 0.2], "groups": [1, 4], "placements": {"blocks": [8, 9, 12], "at_most": 2}}


def settings(name: str = "tiny", **sections: Any) -> SearchSettings:
    """A search file's content, on a space of 74 networks unless ``space`` says otherwise; each is trained once."""
    search = {"confirm": 0, "sampler": "random", "baselines": False} | dict(sections.pop("search", {}))
    return SearchSettings.model_validate(
        {"name": name, "data": "data/digits", "space": SMALL_SPACE, "search": search} | sections
    )


def spec(name: str = "tiny", **sections: Any) -> StudySpec:
    """The spec of such a search, without any data on disk."""
    wanted = settings(name, **sections)
    return StudySpec(
        search_id=f"{name}-id",
        name=name,
        data=DATA,
        space=wanted.space,
        budgets=wanted.budgets,
        search=wanted.search,
        training=wanted.training,
        resources=wanted.resources,
        reference=ReferencePoint(value=0.1, costs={name: _WORST[name] for name in wanted.search.objectives}),
        method=METHOD,
    )


def new_run(runs: Path, name: str = "tiny", **sections: Any) -> tuple[RunFolder, StudyRecord]:
    """A run's folder and its empty record."""
    return RunFolder.create(runs, settings(name, **sections), spec(name, **sections))


def result(accuracy: float, epochs: int = 2) -> TrialResult:
    """A complete training that ended at ``accuracy``."""
    curve = tuple(
        Epoch(number=n, train_loss=2.0 / n, val={"loss": 1.5 / n, "accuracy": accuracy * n / epochs}, seconds=0.5)
        for n in range(1, epochs + 1)
    )
    return TrialResult(value=accuracy, epochs=curve, weights_sha256="0" * 64, seconds=1.5, host="here")


def score(correct: int, images: int, **further: float) -> Score:
    """So many of ``images`` are correct."""
    return Score(values={"accuracy": correct / images, **further}, images=images)


def quality(arch: ArchConfig) -> float:
    """A made-up accuracy that rewards width and placements at block 12."""
    at_12 = any(placement.block == 12 for placement in arch.placements)
    return round(0.5 + arch.width + 0.1 * at_12 - 0.02 * len(arch.placements), 4)


def fill(record: StudyRecord, outcomes: Sequence[TrialResult | None], seed: int = 0) -> list[TrialRecord]:
    """Adds a trial on a random new network for each outcome; None leaves it running."""
    space, rng = record.spec.search_space, Random(seed)
    seen = {trial.candidate for trial in record.trials()}
    trials = []
    for outcome in outcomes:
        candidate = next(one for one in iter(lambda: space.sample(rng), None) if one not in seen)
        seen.add(candidate)
        trial = record.start(candidate, Encoding(space), seed=0)
        trials.append(trial if outcome is None else record.finish(trial, outcome))
    return trials


def trained(
    spec: StudySpec, candidates: Iterable[Candidate], score: Callable[[ArchConfig], float] = quality
) -> list[TrialRecord]:
    """Complete trials of ``candidates``, an hour each and one after another, without a record."""
    trials = []
    for number, candidate in enumerate(candidates):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        trials.append(
            TrialRecord(
                number=number,
                candidate=candidate,
                costs=spec.search_space.costs_of(candidate),
                minimised=spec.search.objectives,
                seed=0,
                status=Status.COMPLETE,
                started=start,
                ended=start + timedelta(hours=1),
                result=replace(result(score(candidate.arch)), seconds=3600.0),
                end_number=number + 1,
            )
        )
    return trials
