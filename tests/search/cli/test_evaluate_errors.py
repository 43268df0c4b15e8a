"""What evaluate tells of a network's errors: in the terminal, as JSON, and on a page."""

import re

import pytest
import torch
import yaml
from markupsafe import escape
from PIL import Image

from pipelines.storage.manifest import read_manifest
from search.artifacts.evaluate import evaluate
from search.artifacts.network import ExportedNetwork
from search.errors import ArgumentError
from tests.helpers import Shell

NAMES = ("<script>a", "b", "c")  # of which the test split has no c


@pytest.fixture
def trained(new_shell: Shell) -> Shell:
    """A shell with a network in ``trained/`` that knows three classes of two colours each."""
    for split, shades in (("train", range(4)), ("val", range(2)), ("test", range(5))):
        for label, name in enumerate(NAMES[:2] if split == "test" else NAMES):
            folder = new_shell.folder / "photos" / split / name
            folder.mkdir(parents=True)
            for shade in shades:
                image = Image.new("RGB", (9, 9), (20 * shade + 9, 80 * label, 99))
                image.paste((250, 250, 40 * shade), (0, 0, 3, 9))  # its mirror image is another one
                image.save(folder / f"{shade}.png")
    new_shell.run("prepare", "--dataset", "folder", "--source", "photos", "--size", 8, "--out", "prepared")
    arch = "{backbone: mobilenet_v1, width: 0.25, num_classes: 3, stem_stride: 1}"
    new_shell.write("hand.yaml", f"arch: {arch}\nrecipe: {{epochs: 1, input_size: 8, batch_size: 4}}\n")
    new_shell.run("train", "hand.yaml", "--data", "prepared", "--no-portable", "--out", "trained")
    return new_shell


def test_the_page_is_in_the_folder_of_the_network_and_has_the_figures_of_the_score(trained: Shell) -> None:
    figures = trained.figures("evaluate", "trained")
    test, errors = figures["test"], figures["test_errors"]
    assert errors["page"] == "trained/errors.html"
    page = (trained.folder / "trained" / "errors.html").read_text()
    classes = {one["class"]: one for one in errors["classes"]}
    assert set(classes) == {"<script>a", "b", "c"}
    assert sum(one["correct"] for one in classes.values()) == test["correct"]
    assert test["images"] - test["correct"] == sum(pair["images"] for pair in errors["confusions"])
    assert (classes["c"]["images"], classes["c"]["recall"], classes["c"]["recall_interval"]) == (0, None, None)
    assert len(errors["highest_loss"]) == 10 == page.count("<img ")
    losses = [image["loss"] for image in errors["highest_loss"]]
    assert losses == sorted(losses, reverse=True)
    assert sum(losses) / 10 == pytest.approx(test["loss"], abs=1e-6)
    files = [image["file"] for image in errors["highest_loss"]]
    assert sorted(files) == sorted(f"test/{name}/{shade}.png" for name in NAMES[:2] for shade in range(5))
    assert all(
        name.startswith(f"test/{image['true']}/") for name, image in zip(files, errors["highest_loss"], strict=True)
    )
    assert all(str(escape(name)) in page for name in files)
    assert ">no images<" in page
    assert "<script" not in page
    assert str(trained.folder) not in page
    assert ExportedNetwork.load(trained.folder / "trained").measured.weights_sha256 in page


def test_the_terminal_names_classes_and_pairs_and_the_page_goes_where_it_is_asked_for(trained: Shell) -> None:
    output = trained.run("evaluate", "trained/arch.yaml", "--errors", "where.html")
    assert "page of errors: where.html\n" in output
    assert re.search(r"^classes of lowest recall, test split:\n  .* of 5\); 95% interval", output, flags=re.MULTILINE)
    assert re.search(
        r"^most confused classes, test split:\n  .* predicted as .*: \d of 5 images$", output, flags=re.MULTILINE
    )
    wrong = re.search(
        r"^wrong images of highest loss, test split:\n  test/(.*)/\d.png: (.*) predicted as ", output, re.M
    )
    assert wrong is not None
    assert wrong[1] == wrong[2]
    assert (trained.folder / "where.html").is_file()
    assert not (trained.folder / "trained" / "errors.html").exists()
    trained.run("evaluate", "trained/arch.yaml")
    assert (trained.folder / "where.html").read_text() == (trained.folder / "trained" / "errors.html").read_text()


def test_a_page_that_can_not_be_written_costs_no_score(trained: Shell) -> None:
    for argument in ("page.txt", "none/page.html"):
        error = trained.refused(ArgumentError, "evaluate", "trained", "--errors", argument)
        assert (error.argument, str(error.got)) == ("errors", argument)
    (trained.folder / "trained" / "errors.html").mkdir()
    output = trained.run("evaluate", "trained")
    assert "reproduced on cpu" in output
    assert "the page of errors is not written: trained/errors.html" in output
    assert "reproduced on cpu" in trained.run("evaluate", "trained", "--errors", "trained/errors.html", expect=1)


def test_errors_are_of_the_mean_over_an_image_and_its_mirror_image_where_the_score_is(trained: Shell) -> None:
    arch, threads = trained.folder / "trained" / "arch.yaml", torch.get_num_threads()
    plain = evaluate(arch)
    arch.write_text(arch.read_text().replace("flip_average: false", "flip_average: true"))
    averaged = evaluate(arch)
    torch.set_num_threads(threads)
    assert averaged.test.loss != plain.test.loss
    for result in (plain, averaged):
        assert sum(image.loss for image in result.errors.highest_loss) / 10 == pytest.approx(result.test.loss, abs=1e-6)
        assert result.pictures.shape == (10, 8, 8, 3)


def test_images_of_data_of_an_earlier_version_have_numbers(trained: Shell) -> None:
    (trained.folder / "prepared" / "test-names.txt").unlink()
    figures = trained.figures("evaluate", "trained")
    worst = figures["test_errors"]["highest_loss"][0]
    assert worst["file"] is None
    assert f"image {worst['index']}<" in (trained.folder / "trained" / "errors.html").read_text()
    assert "wrong images" not in trained.run("evaluate", "trained")


def test_other_groups_than_those_of_the_folds_are_remarked_on(trained: Shell) -> None:
    groups = read_manifest(trained.folder / "prepared").groups
    assert groups is not None
    arch = trained.folder / "trained" / "arch.yaml"
    values = yaml.safe_load(arch.read_text())
    values["measured"]["fold"] = {"number": 0, "of": 2}
    for sha256, other in ((groups.sha256, False), ("b" * 64, True)):
        values["measured"]["groups_sha256"] = sha256
        arch.write_text(yaml.safe_dump(values))
        output = trained.run("evaluate", "trained", expect=1)  # the score is of other images than the recorded one
        assert ("the data have other groups of images than those of the search" in output) == other
