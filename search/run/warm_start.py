"""Takes over the trainings of earlier searches on the same data, instead of training again."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.training.recipe import Recipe
from search.analysis.front import Front, complete
from search.analysis.uncertainty import PossiblyOptimal
from search.errors import UsageError
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.trial import Status, TrialRecord
from spaces import Candidate, Encoding

_OWN_FAULT = "DivergedError"  # any other failure may be the machine's


class WarmStartError(UsageError):
    """The trainings of an earlier run can't stand for a new search's.

    Attributes:
        run: its name.
    """

    def __init__(self, what: str, *, run: str, remedy: str = "") -> None:
        super().__init__(what, where="search.warm_start", remedy=remedy)
        self.run = run


class WarmStartDataError(WarmStartError):
    """The earlier run was on other data."""


class WarmStartMethodError(WarmStartError):
    """The earlier run was trained by a version that trains otherwise."""


class WarmStartMetricError(WarmStartError):
    """The earlier run maximised another metric."""


class WarmStartFoldsError(WarmStartError):
    """The earlier run scored its networks on other folds."""


class WarmStartTrainingError(WarmStartError):
    """The earlier run trained in another way.

    Attributes:
        differences: each value that differs, with both.
    """

    def __init__(self, run: str, differences: tuple[str, ...]) -> None:
        super().__init__(f"{run} trained in another way ({'; '.join(differences)})", run=run)
        self.differences = differences


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTrial:
    """An ended trial of another run.

    Attributes:
        folder: of that run.
        trial: there.
        key: of the evaluation.
        rivals: the keys of the trials that stopped it, if it was stopped.
    """

    folder: RunFolder
    trial: TrialRecord
    key: str
    rivals: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """The trial's name in another run."""
        return f"{self.folder.settings.name} trial {self.trial.number}"

    @property
    def weights(self) -> Path:
        """The file of its weights, which may be gone."""
        return self.folder.weights(self.trial.number)

    @property
    def worth(self) -> tuple[bool, bool]:
        """The rank among trials of one evaluation: complete ones are higher, then ones with weights."""
        return self.trial.status is Status.COMPLETE, self.weights.is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusableTrials:
    """The trials of earlier runs that a search can use.

    Attributes:
        trials: that are taken over with all that is left of them.
        again: networks, the most accurate first, that the search trains again before any other: they may be on its
            front, and their weights are gone, since no front of their own run needed them.
    """

    trials: tuple[EarlierTrial, ...]
    again: tuple[Candidate, ...] = ()

    def in_words(self, spec: StudySpec) -> list[str]:
        """Returns lines that say to a user what is reused."""
        runs = ", ".join(spec.search.warm_start)
        lines = []
        if self.trials:
            what = "1 training is" if len(self.trials) == 1 else f"{len(self.trials)} trainings are"
            lines.append(f"{what} reused from {runs}, in addition to the trials")
        if self.again:
            one = len(self.again) == 1
            what = "1 network" if one else f"{len(self.again)} networks"
            why = "it may be on the front, and its" if one else "they may be on the front, and their"
            lines.append(f"{what} of {runs} {'is' if one else 'are'} trained again: {why} weights were not kept")
        return lines


def reusable(runs: Path, spec: StudySpec) -> ReusableTrials:
    """Returns the trials of earlier runs that a search need not train again, each evaluation once.

    They are the complete ones; the diverged ones, where none is complete; and those stopped early, at a rung that this
    search has too, by trials that are all taken over.

    Args:
        runs: the folder of all runs.
        spec: the new search; ``spec.search.warm_start`` names the earlier runs.

    Raises:
        UsageError: a run is not there, or was on other data or with another recipe, so that its accuracies can't
            be compared.
    """
    found: dict[str, EarlierTrial] = {}
    rungs = spec.search.rungs_of(spec.recipe.epochs)
    for name in spec.search.warm_start:
        folder = RunFolder.find(runs, name)
        record = folder.open_record()
        _check(name, record.spec, spec)
        ended = record.ended()
        keys = {trial.number: record.key_of(trial) for trial in ended}
        # Complete trials first: they replace others, and stopped others.
        for trial in sorted(ended, key=lambda trial: trial.status is not Status.COMPLETE):
            assert trial.result is not None, f"trial {trial.number} is {trial.status}"
            stopped, failure = trial.result.stopped, trial.result.failure
            rivals = () if stopped is None else tuple(keys.get(rival.number, "") for rival in stopped.rivals)
            if trial.candidate not in spec.search_space or (failure and not failure.startswith(_OWN_FAULT)):
                continue
            if stopped is not None and (stopped.rung not in rungs or not found.keys() >= set(rivals)):
                continue
            earlier = EarlierTrial(folder=folder, trial=trial, key=keys[trial.number], rivals=rivals)
            known = found.get(earlier.key)
            if known is None or earlier.worth > known.worth:
                found[earlier.key] = earlier
    return _with_weights(found, spec)


def _with_weights(found: dict[str, EarlierTrial], spec: StudySpec) -> ReusableTrials:
    """Leaves out the trials that may be on the front of the new search, but have no weights for an export.

    Without these, others may be on the front, and trials that were stopped by them have no reason.
    """
    dropped: dict[Candidate, float] = {}  # with their accuracies
    while missing := _missing(found.values(), spec):
        dropped |= {earlier.trial.candidate: earlier.trial.value for earlier in missing}
        gone = {earlier.key for earlier in missing}
        while gone:
            found = {key: earlier for key, earlier in found.items() if key not in gone}
            gone = {key for key, earlier in found.items() if not found.keys() >= set(earlier.rivals)}
    kept = {network.candidate for network in complete(earlier.trial for earlier in found.values())}  # by another seed
    best = sorted(dropped.keys() - kept, key=lambda network: (-dropped[network], network.arch.arch_id))
    return ReusableTrials(trials=tuple(found.values()), again=tuple(best[: spec.search.trials]))


def _missing(found: Iterable[EarlierTrial], spec: StudySpec) -> list[EarlierTrial]:
    """Returns the trials whose weights the new search would keep for an export, and that have none."""
    earlier = list(found)
    trials = [replace(one.trial, number=number) for number, one in enumerate(earlier)]
    keepers = PossiblyOptimal(spec, trials) if spec.search.confirm else Front(trials)  # as the driver's
    return [earlier[number] for number in sorted(keepers.numbers) if not earlier[number].weights.is_file()]


def take_over(found: ReusableTrials, folder: RunFolder, record: StudyRecord) -> None:
    """Writes earlier trials into a new record, and their weights, where those were kept, into its folder.

    Networks to train again are written as begun. After an interruption, a second call completes the first.

    Args:
        found: the trials of earlier runs.
        folder: of the run.
        record: of the run; changed.
    """
    limits = record.spec.search
    record.ask(None if limits.trials is None else limits.trials + len(found.trials), limits.hours)
    encoding = Encoding(record.spec.search_space)
    trials = record.trials()
    begun = {trial.origin: trial for trial in trials if trial.origin is not None}
    numbers: dict[str, int] = {}
    for earlier in sorted(found.trials, key=lambda earlier: bool(earlier.rivals)):
        adopted = begun.get(earlier.origin)
        if adopted is None or adopted.status is Status.RUNNING:
            adopted = record.adopt(_renumbered(earlier, numbers), encoding, earlier.origin, begun=adopted)
        numbers[earlier.key] = adopted.number
        if earlier.weights.exists():
            folder.weights(adopted.number).parent.mkdir(exist_ok=True)
            shutil.copyfile(earlier.weights, folder.weights(adopted.number))
    own = {trial.candidate for trial in trials if trial.origin is None}
    for candidate in found.again:
        if candidate not in own:
            record.start(candidate, encoding, record.spec.search.seed)
    record.end_taking_over()


def _renumbered(earlier: EarlierTrial, numbers: dict[str, int]) -> TrialRecord:
    """Returns the earlier trial with the numbers of its rivals in the new record."""
    trial, result = earlier.trial, earlier.trial.result
    if result is None or result.stopped is None:
        return trial
    pairs = zip(result.stopped.rivals, earlier.rivals, strict=True)
    rivals = tuple(replace(rival, number=numbers[key]) for rival, key in pairs)
    return replace(trial, result=replace(result, stopped=replace(result.stopped, rivals=rivals)))


def _check(name: str, earlier: StudySpec, spec: StudySpec) -> None:
    if earlier.data.data_id != spec.data.data_id:
        raise WarmStartDataError(f"{name} used other data", run=name, remedy="its accuracies can't be compared")
    if earlier.folds != spec.folds:
        folds = ["no folds" if one.folds is None else f"{one.folds.of} folds" for one in (earlier, spec)]
        how = f"on {folds[0]}, not on {folds[1]}" if folds[0] != folds[1] else "on folds of other groups of images"
        raise WarmStartFoldsError(f"{name} scored its networks {how}", run=name)
    if earlier.method != spec.method:
        raise WarmStartMethodError(
            f"{name} used another training method", run=name, remedy="its accuracies can't be compared"
        )
    if earlier.search.metric != spec.search.metric:
        raise WarmStartMetricError(f"{name} maximised {earlier.search.metric}, not {spec.search.metric}", run=name)
    if earlier.own_metric != spec.own_metric:
        raise WarmStartMetricError(f"{name} maximised {spec.search.metric} with another source", run=name)
    if _training_of(earlier) != _training_of(spec) or not set(earlier.input_sizes) & set(spec.input_sizes):
        raise WarmStartTrainingError(name, _differences(earlier, spec))


def _training_of(spec: StudySpec) -> tuple[Recipe, set[tuple[str | None, float | None, str]], str | None]:
    files: set[tuple[str | None, float | None, str]] = {
        (file.backbone, file.width, file.sha256) for file in spec.pretrained
    }
    return spec.recipe, files, spec.taught_by


def _differences(earlier: StudySpec, spec: StudySpec) -> tuple[str, ...]:
    theirs, ours = earlier.training.model_dump(mode="json"), spec.training.model_dump(mode="json")
    changed = [f"{key} {theirs[key]}, here {ours[key]}" for key in ours if theirs[key] != ours[key]]
    return tuple(changed) or ("its images, weights or teacher have another size or content",)
