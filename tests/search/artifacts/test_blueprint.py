"""Architecture files: what can be read of them, and what is refused."""

from pathlib import Path

import pytest

from search.artifacts.blueprint import Blueprint
from search.errors import FileError
from spaces import Candidate
from ulsam import ArchConfig

ARCH = ArchConfig(backbone="mobilenet_v2", width=0.5, num_classes=10)


@pytest.mark.parametrize(
    "text",
    [
        "input_size: 64\nrecipe: {epochs: 3}",
        "recipe: {epochs: 3, input_size: 64}",  # as earlier versions wrote it
    ],
)
def test_the_input_size_stands_beside_the_recipe_or_within_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "arch.yaml").write_text(f"arch: {{backbone: mobilenet_v2, width: 0.5, num_classes: 10}}\n{text}\n")
    blueprint = Blueprint.load(tmp_path / "arch.yaml")
    assert blueprint.candidate == Candidate(arch=ARCH, input_size=64)
    assert blueprint.recipe.epochs == 3
    blueprint.save(tmp_path / "again.yaml")
    assert Blueprint.load(tmp_path / "again.yaml") == blueprint


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("recipe: {epochs: 3}", "input_size"),
        ("input_size: 64\nrecipe: {epochs: 3, input_size: 32}", "recipe.input_size"),
        ("input_size: 0\nrecipe: {epochs: 3}", "input_size"),
        ("input_size: 1025\nrecipe: {epochs: 3}", "input_size"),
        ("input_size: 64\nrecipe: {epochs: 3, start_size: 65}", "recipe.start_size"),
    ],
)
def test_a_size_that_is_missing_twofold_or_out_of_range_is_refused(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "arch.yaml").write_text(f"arch: {{backbone: mobilenet_v2, width: 0.5, num_classes: 10}}\n{text}\n")
    with pytest.raises(FileError) as refused:
        Blueprint.load(tmp_path / "arch.yaml")
    assert where in [mistake.where for mistake in refused.value.mistakes]
