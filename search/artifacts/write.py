"""Writes a network of a search to a folder of its own."""

import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pipelines.files import atomic_dir
from pipelines.storage.manifest import file_sha256
from search.artifacts.blueprint import FoundBySection
from search.artifacts.formats.names import FormatName
from search.artifacts.formats.write import write_formats
from search.artifacts.model import OtherWeightsError, load_model
from search.artifacts.model_card import readme
from search.artifacts.network import (
    ARCH_NAME,
    README_NAME,
    WEIGHTS_NAME,
    ExportedNetwork,
    GainSection,
    LatencySection,
    MeasuredSection,
    OriginSection,
    PretrainedSection,
    TeacherSection,
)
from search.errors import ExistsError, UsageError
from search.study.spec import StudySpec
from search.study.teacher_copy import TEACHER_NAME
from search.study.trial import TrialRecord
from spaces import KNOWN_COSTS, KnownCost
from ulsam import ArchConfig


def network_of(
    spec: StudySpec,
    trial: TrialRecord,
    latency: LatencySection | None = None,
    over_plain: GainSection | None = None,
    over_best_plain: GainSection | None = None,
    over_control: GainSection | None = None,
) -> ExportedNetwork:
    """Everything about a complete trial that its folder shall say; see :class:`MeasuredSection` for the others."""
    assert trial.result is not None
    assert trial.result.value is not None, "a complete trial has a value"
    assert trial.result.weights_sha256 is not None, "a complete trial has weights"
    last = trial.result.epochs[-1].val if trial.result.epochs else {}
    return ExportedNetwork(
        arch=trial.arch,
        input_size=trial.candidate.input_size,
        recipe=spec.recipe,
        data=spec.data,
        measured=MeasuredSection(
            metrics={**last, spec.metric.name: trial.result.value},
            images=spec.data.val_images,
            costs=dict(trial.costs),
            weights_sha256=trial.result.weights_sha256,
            device=trial.result.device,
            threads=spec.resources.cpus,
            epochs=len(trial.result.epochs),
            seed=trial.seed,
            method=spec.method,
            latency=latency,
            over_plain=over_plain,
            over_best_plain=over_best_plain,
            over_control=over_control,
        ),
        origin=OriginSection(
            run=spec.name,
            trial=trial.number,
            version=version("ulsam-search"),
            pretrained=_pretrained(spec, trial.arch),
            teacher=_teacher(spec),
            search=FoundBySection(run=spec.name, id=spec.search_id),
        ),
    )


def _pretrained(spec: StudySpec, arch: ArchConfig) -> PretrainedSection | None:
    file = spec.pretrained_for(arch)
    return None if file is None else PretrainedSection(file=file.file, sha256=file.sha256)


def _teacher(spec: StudySpec) -> TeacherSection | None:
    folder, known = spec.training.teacher, spec.taught_by
    if folder is None or known is None:
        return None
    return TeacherSection(folder=f"{spec.name}/{TEACHER_NAME}" if folder == "auto" else Path(folder).name, id=known)


class WeightsMissingError(UsageError):
    """The weights of a trial are not kept, or gone."""


def check_new(out: Path) -> None:
    """Refuses a folder that exists.

    Raises:
        UsageError: it does.
    """
    if out.exists():
        raise ExistsError(out)


def write_network(
    network: ExportedNetwork,
    weights: Path,
    out: Path,
    formats: Sequence[FormatName],
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS,
) -> None:
    """Writes ``out`` with ``arch.yaml``, the weights and a README: all of it, or nothing.

    Args:
        network, weights: what to write.
        out: the new folder.
        formats: for other programs; their files are written too.
        known_costs: how the README calls the network's costs.

    Raises:
        UsageError: ``out`` exists, or the weights are missing or not those that were scored.
    """
    check_new(out)
    if not weights.is_file():
        raise WeightsMissingError("the weights are missing", where=weights)
    if file_sha256(weights) != network.measured.weights_sha256:
        raise OtherWeightsError("damaged, not the weights that were scored (SHA-256 differs)", where=weights)
    with atomic_dir(out) as partial:
        network.save(partial / ARCH_NAME)
        shutil.copyfile(weights, partial / WEIGHTS_NAME)
        write_card(network, partial, out, formats, known_costs)
        if formats:
            write_formats(network, load_model(partial)[1], partial, formats)


def write_card(
    network: ExportedNetwork,
    folder: Path,
    out: Path,
    formats: Sequence[FormatName],
    known_costs: tuple[KnownCost, ...] = KNOWN_COSTS,
) -> None:
    """Writes the README into ``folder``, which is ``out`` once it is whole; see :func:`write_network`."""
    (folder / README_NAME).write_text(readme(network, out, formats, known_costs), encoding="utf-8")
