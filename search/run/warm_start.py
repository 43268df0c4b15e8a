"""Takes over what earlier searches on the same data found out, instead of training it again."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from search.errors import UsageError
from search.record.facts import StudyFacts
from search.record.folder import RunFolder
from search.record.result import TrialRecord
from search.record.study import StudyRecord
from spaces import Encoding


def reusable(runs: Path, facts: StudyFacts) -> list[tuple[RunFolder, TrialRecord]]:
    """The trials of ``facts.search.warm_start`` that this search would only repeat, each evaluation once.

    Raises:
        UsageError: a run is not there, or was on other data or with another recipe, so that its accuracies can't
            be compared.
    """
    found: dict[str, tuple[RunFolder, TrialRecord]] = {}
    for name in facts.search.warm_start:
        folder = RunFolder.find(runs, name)
        record = folder.open_record()
        earlier = record.facts
        if earlier.data.data_id != facts.data.data_id:
            raise UsageError(f"search.warm_start: {name} was on other data; its accuracies can't be compared")
        if (earlier.recipe, earlier.pretrained_sha256) != (facts.recipe, facts.pretrained_sha256):
            raise UsageError(f"search.warm_start: {name} trained in another way ({_differences(earlier, facts)})")
        for trial in record.ended():
            if trial.arch in facts.search_space:
                found.setdefault(record.key_of(trial), (folder, trial))
    return list(found.values())


def take_over(found: Sequence[tuple[RunFolder, TrialRecord]], folder: RunFolder, record: StudyRecord) -> None:
    """Writes earlier trials into a new record, and their weights, where those were kept, into its folder."""
    encoding = Encoding(record.facts.search_space)
    for earlier, trial in found:
        adopted = record.adopt(trial, encoding, f"{earlier.settings.name} trial {trial.number}")
        weights = earlier.weights(trial.number)
        if weights.exists():
            folder.weights(adopted.number).parent.mkdir(exist_ok=True)
            shutil.copyfile(weights, folder.weights(adopted.number))


def _differences(earlier: StudyFacts, facts: StudyFacts) -> str:
    theirs, ours = earlier.training.model_dump(mode="json"), facts.training.model_dump(mode="json")
    changed = [f"{key} {theirs[key]}, here {ours[key]}" for key in ours if theirs[key] != ours[key]]
    return "; ".join(changed) or "its images or weights have another size or content"
