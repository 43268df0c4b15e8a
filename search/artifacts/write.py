"""Writes a network of a search to a folder of its own."""

import shutil
from importlib.metadata import version
from pathlib import Path

from pipelines.files import whole_folder
from pipelines.storage.manifest import file_sha256
from pipelines.training.metrics import ACCURACY
from search.artifacts.blueprint import SearchSection
from search.artifacts.model import OtherWeightsError, load_model
from search.artifacts.model_card import readme
from search.artifacts.network import (
    ARCH_NAME,
    README_NAME,
    WEIGHTS_NAME,
    ExportedNetwork,
    LatencySection,
    MeasuredSection,
    OriginSection,
    PretrainedSection,
)
from search.artifacts.portable import write_portable
from search.errors import ExistsError, UsageError
from search.study.spec import StudyFacts
from search.study.trial import TrialRecord
from spaces import FLOPS, PARAMS


def network_of(facts: StudyFacts, trial: TrialRecord, latency: LatencySection | None = None) -> ExportedNetwork:
    """Everything about a complete trial that its folder shall say; ``latency``: None where it was not measured."""
    assert trial.result is not None
    assert trial.result.accuracy is not None, "a complete trial has an accuracy"
    assert trial.result.weights_sha256 is not None, "a complete trial has weights"
    images = facts.data.val_images
    top_1 = trial.result.accuracy if facts.metric is ACCURACY else trial.result.epochs[-1].val_accuracy
    return ExportedNetwork(
        arch=trial.arch,
        recipe=facts.recipe,
        data=facts.data,
        measured=MeasuredSection(
            accuracy=top_1,
            correct=round(top_1 * images),
            images=images,
            params=trial.costs[PARAMS.name],
            flops=trial.costs[FLOPS.name],
            weights_sha256=trial.result.weights_sha256,
            device=trial.result.device,
            threads=facts.resources.cpus,
            epochs=len(trial.result.epochs),
            seed=trial.seed,
            method=facts.method,
            latency=latency,
        ),
        origin=OriginSection(
            run=facts.name,
            trial=trial.number,
            version=version("ulsam-search"),
            pretrained=_pretrained(facts),
            search=SearchSection(run=facts.name, id=facts.search_id),
        ),
    )


def _pretrained(facts: StudyFacts) -> PretrainedSection | None:
    file, sha256 = facts.training.pretrained, facts.pretrained_sha256
    return PretrainedSection(file=file.name, sha256=sha256) if file is not None and sha256 is not None else None


class WeightsMissingError(UsageError):
    """The weights of a trial are not kept, or gone."""


def check_new(out: Path) -> None:
    """Refuses a folder that exists.

    Raises:
        UsageError: it does.
    """
    if out.exists():
        raise ExistsError(out)


def write_network(network: ExportedNetwork, weights: Path, out: Path, *, portable: bool) -> None:
    """Writes ``out`` with ``arch.yaml``, the weights and a README: all of it, or nothing.

    ``portable``: with what :func:`search.artifacts.portable.write_portable` writes, too.

    Raises:
        UsageError: ``out`` exists, or the weights are missing or not those that were scored.
    """
    check_new(out)
    if not weights.is_file():
        raise WeightsMissingError("the weights are missing", where=weights)
    if file_sha256(weights) != network.measured.weights_sha256:
        raise OtherWeightsError("damaged, not the weights that were scored (SHA-256 differs)", where=weights)
    with whole_folder(out) as partial:
        network.save(partial / ARCH_NAME)
        shutil.copyfile(weights, partial / WEIGHTS_NAME)
        (partial / README_NAME).write_text(readme(network, out, portable=portable), encoding="utf-8")
        if portable:
            write_portable(network, load_model(partial)[1], partial)
