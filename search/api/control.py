"""Trains an exported network without the blocks that its attention replaces, as the search trained it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.storage.manifest import verify
from pipelines.storage.remote import local
from pipelines.training.recipe import METHOD
from search.analysis.control import Controls, control_of
from search.api.export import Choice, over_control
from search.api.own_metric import resumed_metric
from search.api.resume import OtherMethodError, check_unchanged
from search.api.train import train
from search.api.training_watcher import TrainingWatcher
from search.artifacts.blueprint import Blueprint, FoundBySection
from search.artifacts.formats.names import DEFAULT_FORMATS, FormatName
from search.artifacts.network import ARCH_NAME
from search.artifacts.write import write_card
from search.errors import UsageError
from search.study.pretrained_files import check_pretrained, pretrained_copy
from search.study.teacher_copy import check_teacher, teacher_copy
from spaces import Candidate

CONTROL_NAME = "control"  # a folder beside the exported network's files


class NothingReplacedError(UsageError):
    """A network has no attention in place of a block, so there is no block to remove."""


class ControlWithFoldsError(UsageError):
    """A control of a search with folds would be scored on other images than the network itself."""


def checked_control(choice: Choice, allow_code: str | None = None) -> Candidate:
    """Returns the chosen network with its replaced blocks removed; writes nothing.

    Args:
        choice: of a network; need not be exported yet.
        allow_code: the import path of the user's own function that the search maximises, which then runs; None: no code
            of the user's own runs.

    Raises:
        NothingReplacedError: the network's attention replaces no block.
        ControlWithFoldsError: the search scored its networks on folds.
        CodeNotAllowedError: the search maximises a function of the user's own, and not the one that may run.
        ChangedMetricError, OwnMetricError: its source has changed; it can't be found or computed.
        OtherMethodError: this version trains by another method than the search did.
        DataChangedError: the data have changed since the search began.
        DataError: the data are missing or damaged.
        UsageError: the run's copies of the trained weights or the teacher are gone.
    """
    control, spec = control_of(choice.trial.candidate), choice.spec
    if control is None:
        what = f"trial {choice.trial.number} ({choice.trial.arch.arch_id}) has no attention in place of a block"
        raise NothingReplacedError(what, remedy="there is no block to remove: export the network without a control")
    if spec.folds is not None:
        what = f"the networks of {choice.folder.path} were scored on folds, and a control would be on the val split"
        raise ControlWithFoldsError(what, remedy="export the network without a control")
    resumed_metric(spec, allow_code, Path())
    if not spec.resumable:
        raise OtherMethodError(choice.folder.path, began_with=spec.method, now=METHOD)
    check_pretrained(choice.folder.path, spec.pretrained)
    if spec.taught_by is not None:
        check_teacher(choice.folder.path)
    check_unchanged(spec, verify(local(spec.data.folder)))
    return control


def train_control(
    choice: Choice,
    formats: Sequence[FormatName] = DEFAULT_FORMATS,
    watcher: TrainingWatcher | None = None,
    allow_code: str | None = None,
) -> Choice:
    """Trains the control of an exported network, and writes the gain of the attention into the network's folder.

    The trainings use the search's recipe, data and trained weights, and each seed that the network has and the control
    lacks. They go into ``control/`` in the network's folder, and their scores into the record of the search.

    Args:
        choice: a network that was exported to ``choice.out``.
        formats: the formats for other programs that it was exported in.
        watcher: follows the trainings; None: nothing does.
        allow_code: as of :func:`checked_control`.

    Returns:
        The choice, with the new content of its folder.

    Raises:
        UsageError: see :func:`checked_control` and :func:`search.api.train.train`, also for other errors.
    """
    control, spec, out = checked_control(choice, allow_code), choice.spec, choice.out
    now = choice.folder.snapshot()
    seeds = Controls(spec, now.ended, now.final_evaluations).seeds_without(choice.trial.candidate, control)
    folder = out / CONTROL_NAME
    folder.mkdir()
    search = FoundBySection.of(spec, choice.folder.path.name)  # it may have been renamed
    Blueprint(arch=control.arch, input_size=control.input_size, recipe=spec.recipe, search=search).save(
        folder / ARCH_NAME
    )
    for seed in seeds:
        train(
            folder / ARCH_NAME,
            folder / f"seed-{seed}",
            epochs=spec.recipe.epochs,
            seed=seed,
            device=None if spec.resources.gpus else "cpu",
            data=spec.data.folder,
            pretrained=pretrained_copy(choice.folder.path, spec.pretrained_for(control.arch)),
            teacher=teacher_copy(choice.folder.path),
            formats=(),
            allow_code=allow_code,
            runs=choice.folder.path.parent,
            watcher=watcher,
        )
    now = choice.folder.snapshot()
    gain = over_control(spec, choice.trial.candidate, now.ended, now.final_evaluations)
    measured = choice.network.measured.model_copy(update={"over_control": gain})
    network = choice.network.model_copy(update={"measured": measured})
    network.save(out / ARCH_NAME)
    write_card(network, out, out, formats, spec.known_costs)
    return replace(choice, network=network)
