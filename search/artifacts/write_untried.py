"""Writes a network that was never trained as a file to train it from."""

from pathlib import Path

from pipelines.files import atomic_dir
from search.analysis.interval import with_interval
from search.analysis.untried import Untried
from search.artifacts.blueprint import Blueprint, FoundBySection
from search.artifacts.cost_rows import cost_rows
from search.artifacts.model_card import code
from search.artifacts.network import ARCH_NAME, README_NAME
from search.artifacts.write import check_new
from search.command import command
from search.study.spec import StudySpec
from spaces import Budgets


def write_untried(
    spec: StudySpec,
    untried: Untried,
    budgets: Budgets,
    out: Path,
    pretrained: Path | None = None,
    teacher: Path | None = None,
) -> None:
    """Writes ``arch.yaml`` and a README that says what is expected of the network.

    Args:
        spec: the search.
        untried: the network, and what is expected of it.
        budgets: limits that the network is within; the README names them.
        out: folder to write; must not exist yet.
        pretrained: the run's copy of the weights that the network starts from; None: it starts fresh.
        teacher: the folder of the run's copy of the teacher; None: the network learns from labels alone.

    Raises:
        ExistsError: ``out`` exists.
    """
    check_new(out)
    with atomic_dir(out) as partial:
        search = FoundBySection.of(spec, spec.name)
        network = untried.candidate
        blueprint = Blueprint(arch=network.arch, input_size=network.input_size, recipe=spec.recipe, search=search)
        blueprint.save(partial / ARCH_NAME)
        training = train_command(spec, out, pretrained, teacher)
        (partial / README_NAME).write_text(_readme(spec, untried, budgets, training), encoding="utf-8")


def in_words(spec: StudySpec, untried: Untried, budgets: Budgets) -> str:
    """Returns in words which networks the untried one most likely beats.

    Args:
        spec: the search.
        untried: the network, and what is expected of it.
        budgets: limits that the network and the trained ones are within.
    """
    where = f" within {budgets.describe(spec.known_costs)}" if budgets.limits else ""
    return (
        f"all {untried.trained} trained networks{where}" if untried.trained else f"guessing (no network trained{where})"
    )


def train_command(spec: StudySpec, out: Path, pretrained: Path | None = None, teacher: Path | None = None) -> str:
    """Returns the command that trains the network in ``out`` as the search would have.

    Args:
        spec: the search.
        out: of the network, as :func:`write_untried` wrote it; the training goes beside it.
        pretrained: the run's copy of the weights that the network starts from; None: it starts fresh.
        teacher: the folder of the run's copy of the teacher; None: the network learns from labels alone.
    """
    given = {"--pretrained": pretrained, "--teacher": teacher}
    start = (word for option, path in given.items() if path is not None for word in (option, path))
    trained = out.with_name(f"{out.name}-trained")
    return command("train", out / ARCH_NAME, "--data", spec.data.folder, *start, "--out", trained)


def _readme(spec: StudySpec, untried: Untried, budgets: Budgets, training: str) -> str:
    return f"""# {untried.candidate.arch.arch_id}

This network is not trained yet, so this folder has no weights. The costs are exact; the other figures are expectations
of the search `{spec.name}` on {code(spec.data.name)}.

| | |
| --- | --- |
| expected validation {spec.metric.label} (95% interval) | {with_interval(untried.value, untried.interval)} |
| probability that this network beats {in_words(spec, untried, budgets)} | {untried.beats:.0%} |
{cost_rows(untried.costs, spec.known_costs)}

{code(training)} trains the network with the recipe of the search ({spec.recipe.epochs} epochs).
"""
