"""The publication's networks as files to train from: architecture, recipe and the accuracy to reach."""

from pathlib import Path

from pipelines.files import atomic_dir
from pipelines.training.recipe import Recipe
from pipelines.training.recipes import recipe_values
from search.artifacts.blueprint import Blueprint, TargetSection
from search.artifacts.write import check_new
from search.command import command
from ulsam.reference import NetworkReference, network_references

SOURCE = "ULSAM, WACV 2020, https://arxiv.org/abs/2006.15102"

# The tables do not say how their networks were trained. These are schedules usual for MobileNets: on ImageNet that
# of GluonCV's model zoo (150 epochs, 0.05 at batch 256, weight decay 4e-5), on the small sets longer ones.
_IMAGENET = Recipe(**recipe_values("publication"))
_FOOD = Recipe(epochs=150, batch_size=128, learning_rate=0.05, warmup_epochs=5, min_crop=0.2)
_SMALL = Recipe(epochs=300, batch_size=64, learning_rate=0.05, warmup_epochs=5, min_crop=0.25)
_RECIPES = {"imagenet1k": _IMAGENET, "food101": _FOOD, "cub200": _SMALL, "stanford_dogs": _SMALL}
_INPUT_SIZE, _STORED_SIZE = 224, 256  # pixels


def blueprint(reference: NetworkReference) -> Blueprint:
    """Returns the first network that fits a row, with the recipe for its data and its printed accuracy."""
    return Blueprint(
        arch=reference.archs[0],
        input_size=_INPUT_SIZE,
        recipe=_RECIPES[reference.dataset],
        target=TargetSection(top1=reference.top1, top5=reference.top5, source=f"{SOURCE}, {reference.name}"),
    )


def prepare_command(reference: NetworkReference) -> str:
    """Returns the command that prepares a row's data from its official archive."""
    name = reference.dataset
    return command("prepare", "--dataset", name, "--source", name, "--size", _STORED_SIZE, "--out", f"data/{name}")


def train_command(reference: NetworkReference, folder: Path) -> str:
    """Returns the command that trains a row's network.

    Args:
        reference: the row of the publication's tables.
        folder: where :func:`write_blueprints` wrote the files.
    """
    data, out = f"data/{reference.dataset}", f"trained/{reference.name}"
    return command("train", folder / _file_name(reference), "--data", data, "--out", out)


def write_blueprints(out: Path) -> None:
    """Writes a file for each row of the tables.

    Args:
        out: folder to write; must not exist yet.

    Raises:
        ExistsError: ``out`` exists.
    """
    check_new(out)
    references = network_references()
    with atomic_dir(out) as partial:
        for reference in references:
            text = _heading(reference, out) + blueprint(reference).yaml()
            (partial / _file_name(reference)).write_text(text, encoding="utf-8")


def _heading(reference: NetworkReference, out: Path) -> str:
    lines = [f"{reference.name} of {SOURCE}", "The recipe is ours; the tables do not print theirs."]
    others = [arch.arch_id for arch in reference.archs[1:]]
    if others:
        lines.append(f"It is printed as {reference.blocks}: as well fit, at the same cost,")
        lines += [f"  {other}" for other in others]
    if not reference.agrees:
        lines.append(f"No placement has the printed costs, {reference.params_printed} and {reference.flops_printed}.")
    name = reference.dataset
    lines += [
        "",
        f"{name}/ holds the official archive. Its test images (of ImageNet: validation images) are the test split;",
        "a validation split is drawn from its training images.",
        prepare_command(reference),
        train_command(reference, out),
    ]
    whole = "\n".join(lines)  # the name of a folder may have lines of its own
    return "".join(f"# {line}".rstrip() + "\n" for line in whole.splitlines()) + "\n"


def _file_name(reference: NetworkReference) -> str:
    return f"{reference.name}.yaml"
