"""Takes over what earlier searches on the same data found out, instead of training it again."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from search.errors import UsageError
from search.record.facts import StudyFacts
from search.record.folder import RunFolder
from search.record.result import Status, TrialRecord
from search.record.study import StudyRecord
from spaces import Encoding

_OWN_FAULT = "DivergedError"  # any other failure may be the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
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
        """What to call it in another run."""
        return f"{self.folder.settings.name} trial {self.trial.number}"


def reusable(runs: Path, facts: StudyFacts) -> list[Earlier]:
    """The trials of ``facts.search.warm_start`` that this search would only repeat, each evaluation once.

    Those that completed; those that diverged, where none completed; and those stopped early at a rung of this search
    too by trials that are all taken over.

    Raises:
        UsageError: a run is not there, or was on other data or with another recipe, so that its accuracies can't
            be compared.
    """
    found: dict[str, Earlier] = {}
    rungs = facts.search.rungs_of(facts.recipe.epochs)
    for name in facts.search.warm_start:
        folder = RunFolder.find(runs, name)
        record = folder.open_record()
        _check(name, record.facts, facts)
        ended = record.ended()
        keys = {trial.number: record.key_of(trial) for trial in ended}
        # What completed first: it stands for others, and stopped others.
        for trial in sorted(ended, key=lambda trial: trial.status is not Status.COMPLETE):
            assert trial.result is not None, f"trial {trial.number} is {trial.status}"
            stopped, failure = trial.result.stopped, trial.result.failure
            rivals = () if stopped is None else tuple(keys.get(rival.number, "") for rival in stopped.rivals)
            if trial.arch not in facts.search_space or (failure and not failure.startswith(_OWN_FAULT)):
                continue
            if stopped is not None and (stopped.rung not in rungs or not found.keys() >= set(rivals)):
                continue
            earlier = Earlier(folder=folder, trial=trial, key=keys[trial.number], rivals=rivals)
            known = found.get(earlier.key)
            if known is None or (trial.status is Status.COMPLETE and known.trial.status is not Status.COMPLETE):
                found[earlier.key] = earlier
    return list(found.values())


def take_over(found: Sequence[Earlier], folder: RunFolder, record: StudyRecord) -> None:
    """Writes earlier trials into a new record, and their weights, where those were kept, into its folder.

    What an interrupted call has written already is not written again.
    """
    record.ask(record.facts.search.trials + len(found))
    encoding = Encoding(record.facts.search_space)
    begun = {trial.origin: trial for trial in record.trials() if trial.origin is not None}
    numbers: dict[str, int] = {}
    for earlier in sorted(found, key=lambda earlier: bool(earlier.rivals)):
        adopted = begun.get(earlier.origin)
        if adopted is None or adopted.status is Status.RUNNING:
            adopted = record.adopt(_renumbered(earlier, numbers), encoding, earlier.origin, begun=adopted)
        numbers[earlier.key] = adopted.number
        weights = earlier.folder.weights(earlier.trial.number)
        if weights.exists():
            folder.weights(adopted.number).parent.mkdir(exist_ok=True)
            shutil.copyfile(weights, folder.weights(adopted.number))
    record.end_taking_over()


def _renumbered(earlier: Earlier, numbers: dict[str, int]) -> TrialRecord:
    """Its trial, with the numbers that those who stopped it have here."""
    trial, result = earlier.trial, earlier.trial.result
    if result is None or result.stopped is None:
        return trial
    pairs = zip(result.stopped.rivals, earlier.rivals, strict=True)
    rivals = tuple(replace(rival, number=numbers[key]) for rival, key in pairs)
    return replace(trial, result=replace(result, stopped=replace(result.stopped, rivals=rivals)))


def _check(name: str, earlier: StudyFacts, facts: StudyFacts) -> None:
    if earlier.data.data_id != facts.data.data_id:
        raise UsageError(f"search.warm_start: {name} was on other data; its accuracies can't be compared")
    if earlier.method != facts.method:
        raise UsageError(f"search.warm_start: {name} was trained by another version; its accuracies can't be compared")
    if (earlier.recipe, earlier.pretrained_sha256) != (facts.recipe, facts.pretrained_sha256):
        raise UsageError(f"search.warm_start: {name} trained in another way ({_differences(earlier, facts)})")


def _differences(earlier: StudyFacts, facts: StudyFacts) -> str:
    theirs, ours = earlier.training.model_dump(mode="json"), facts.training.model_dump(mode="json")
    changed = [f"{key} {theirs[key]}, here {ours[key]}" for key in ours if theirs[key] != ours[key]]
    return "; ".join(changed) or "its images or weights have another size or content"
