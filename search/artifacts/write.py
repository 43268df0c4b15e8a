"""Writes a network of a search to a separate folder."""

import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pipelines.files import atomic_dir
from pipelines.storage.manifest import file_sha256
from search.artifacts.blueprint import FoundBySection
from search.artifacts.formats.names import FormatName
from search.artifacts.formats.write import write_formats
from search.artifacts.latency_section import LatencySection
from search.artifacts.model import OtherWeightsError, load_model
from search.artifacts.model_card import readme
from search.artifacts.network import (
    ARCH_NAME,
    README_NAME,
    WEIGHTS_NAME,
    ExportedNetwork,
    GainSection,
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
    """Returns the content of ``arch.yaml`` for a complete trial.

    Args:
        spec: the search that the trial is of.
        trial: complete; its weights may be gone.
        latency: of a call; None: the network was not timed.
        over_plain: the gain over the best plain network that costs no more; None: not known.
        over_best_plain: the difference to the best plain network, which costs more; None: not known.
        over_control: the gain over the network with its replaced blocks removed; None: not known.
    """
    assert trial.result is not None
    assert trial.result.value is not None, "a complete trial has a value"
    assert trial.result.weights_sha256 is not None, "a complete trial has weights"
    last = trial.result.epochs[-1] if trial.result.epochs else None
    return ExportedNetwork(
        arch=trial.arch,
        input_size=trial.candidate.input_size,
        recipe=spec.recipe,
        data=spec.data,
        measured=MeasuredSection(
            metrics={**({} if last is None else last.val), spec.metric.name: trial.result.value},
            standard_errors={} if last is None else dict(last.standard_errors),
            images=spec.images_scored(trial.seed),
            fold=spec.fold_of(trial.seed),
            groups_sha256=None if spec.folds is None else spec.folds.groups_sha256,
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
            search=FoundBySection.of(spec, spec.name),
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
    """The weights of a trial were not kept, or have been deleted."""


def check_new(out: Path) -> None:
    """Checks that a folder does not exist yet.

    Raises:
        ExistsError: it does.
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
    """Writes ``arch.yaml``, the weights and a README to ``out``: all files, or none.

    Args:
        network: the exported network.
        weights: the file of its weights; copied.
        out: folder to write; must not exist yet.
        formats: the formats for other programs to write; empty: none.
        known_costs: the costs that the README shows, in the order shown.

    Raises:
        ExistsError: ``out`` exists.
        WeightsMissingError: there is no file of weights.
        OtherWeightsError: the file holds other weights than those that were scored.
        NotPortableError: a format can't be written, or its file gives other outputs than torch.
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
    """Writes the README of an exported network.

    Args:
        network: the exported network.
        folder: where to write: ``out``, or a temporary folder that becomes ``out``.
        out: of the exported network; the commands in the README name it.
        formats: the formats for other programs whose files are in the folder; empty: none.
        known_costs: the costs that the README shows, in the order shown.
    """
    (folder / README_NAME).write_text(readme(network, out, formats, known_costs), encoding="utf-8")
