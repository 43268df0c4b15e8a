"""The page that shows where a network errs, in a real browser and on a phone."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from search.analysis.error_analysis import ErrorAnalysis, analyse_errors
from search.analysis.interval import accuracy_interval
from search.render.errors_page import ErrorsPage, errors_page, save_errors_page
from tests.browser import open_page
from tests.search.errors import analysis_of, predictions
from tests.search.factory import score

SCRIPT = "<script>alert('found')</script>"
NAMES = ["cat", SCRIPT, "a name of a class " * 12, "owl"]
MATRIX = [[8, 2, 0, 0], [2, 3, 0, 0], [0, 1, 4, 0], [0, 0, 0, 0]]


def page_of(analysis: ErrorAnalysis, side: int = 32) -> ErrorsPage:
    pictures = np.random.default_rng(0).integers(0, 256, (len(analysis.highest_loss), side, side, 3), np.uint8)
    return ErrorsPage(
        network="mobilenet_v2-x1-i5g4",
        data="<b>animals</b>",
        split="test",
        weights_sha256="a" * 64,
        score=score(analysis.correct, analysis.images),
        analysis=analysis,
        pictures=pictures,
    )


def many_classes(count: int, images: int = 5) -> ErrorAnalysis:
    """Of which every fifth image is taken for one of the next class."""
    pairs = [(label, (label + (image == 0)) % count) for label in range(count) for image in range(images)]
    return analyse_errors(predictions(pairs), [f"a class with a longer name, number {label}" for label in range(count)])


SMALL = page_of(analysis_of(MATRIX, NAMES))
MANY = page_of(many_classes(1000), side=256)


def cells(page: Page, table: str) -> list[list[str]]:
    rows = page.get_by_role("region", name=table).locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in rows]


def test_it_shows_the_matrix_the_classes_and_the_images(tmp_path: Path) -> None:
    save_errors_page(SMALL, tmp_path / "errors.html")
    with open_page() as page:
        page.goto((tmp_path / "errors.html").as_uri())
        assert accuracy_interval(15, 20).describe("images") in page.locator("header").inner_text()
        matrix = cells(page, "Confusion matrix")
        assert [[int(cell) for cell in row[1:]] for row in matrix] == MATRIX
        assert [row[0] for row in matrix] == [f"{label} {name.strip()}" for label, name in enumerate(NAMES)]
        classes = cells(page, "Recall and precision by class")
        assert [row[0] for row in classes] == [SCRIPT, "cat", NAMES[2].strip(), "owl"]
        assert classes[0][1:] == [
            "5",
            f"60.00% ({accuracy_interval(3, 5)})",
            "6",
            f"50.00% ({accuracy_interval(3, 6)})",
        ]
        assert classes[3][1:] == ["none", "no images", "none", "never predicted"]
        shown = page.locator(".images li")
        assert shown.count() == 20
        assert shown.first.inner_text().split("\n\n") == ["cat", f"predicted {SCRIPT}, 75.0%", "loss 1.00, image 8"]
        assert page.locator(".images .error").count() == 5
        for picture in shown.locator("img").all():
            assert picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [32, 32]


def test_the_colour_of_a_cell_is_its_share_of_the_images_of_the_class() -> None:
    strengths = re.findall(r'number (correct|wrong)" style="--strength: (\d+)%"', errors_page(SMALL))
    correct = [int(strength) for kind, strength in strengths if kind == "correct"]
    wrong = [int(strength) for kind, strength in strengths if kind == "wrong"]
    assert correct == [round(45 * share) for share in (0.8, 0.6, 0.8)]
    assert wrong == [round(45 * share / 0.4) for share in (0.2, 0.4, 0.2)]


@pytest.mark.parametrize("shown", [SMALL, MANY], ids=["few classes", "many classes"])
def test_it_needs_no_network_and_no_script_and_fits_a_phone(shown: ErrorsPage, tmp_path: Path) -> None:
    save_errors_page(shown, tmp_path / "errors.html")
    problems: list[str] = []
    for width in (1200, 360):
        with open_page(width=width) as page:
            page.on("console", lambda message: problems.append(message.text))
            page.on("dialog", lambda dialog: problems.append(dialog.message))
            page.on("request", lambda request: problems.append(request.url) if request.url[:4] == "http" else None)
            page.goto((tmp_path / "errors.html").as_uri())
            assert page.locator("script").count() == 0
            assert page.locator("b", has_text=shown.data).count() == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("img").evaluate_all("all => all.every((image) => image.naturalWidth > 0)")
    assert problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_everyone_can_read_it(tmp_path: Path, scheme: Any, width: int) -> None:
    perfect = [[10, 0], [5, 5]]  # the strongest colours
    for analysis in (analysis_of(MATRIX, NAMES), analysis_of(perfect, ["cat", "dog"]), many_classes(30)):
        save_errors_page(page_of(analysis), tmp_path / "errors.html")
        with open_page(width=width, height=800) as page:
            page.emulate_media(color_scheme=scheme)
            page.goto((tmp_path / "errors.html").as_uri())
            assert not Axe().run(page).response["violations"]


def test_a_thousand_classes_and_large_images_stay_below_three_megabytes() -> None:
    html = errors_page(MANY)
    assert len(html.encode()) < 3_000_000
    assert html.count('<tr><th scope="row"') == 1000
    # Small images are stored to the pixel, which costs most at 64 pixels; names may be long, and all of them escaped.
    longest = replace(
        many_classes(2000), classes=tuple(replace(one, name="<" * 200) for one in many_classes(2000).classes)
    )
    html = errors_page(page_of(longest, side=64))
    assert len(html.encode()) < 3_000_000
    assert "The 1,000 classes of lowest recall of 2,000" in html


def test_more_than_twenty_classes_have_the_most_confused_pairs_instead_of_a_matrix(tmp_path: Path) -> None:
    assert "<h2>Confusion matrix" in errors_page(page_of(many_classes(20)))
    save_errors_page(page_of(many_classes(21)), tmp_path / "errors.html")
    with open_page() as page:
        page.goto((tmp_path / "errors.html").as_uri())
        assert page.locator(".matrix").count() == 0
        pairs = cells(page, "Most confused classes")
        assert len(pairs) == 20
        assert pairs[0] == [*(f"a class with a longer name, number {label}" for label in (0, 1)), "1", "5", "20.0%"]
    perfect = [[int(true == other) for other in range(21)] for true in range(21)]
    assert "classifies all images of the split correctly" in errors_page(
        page_of(analysis_of(perfect, list("abcdefghijklmnopqrstu")))
    )


@pytest.mark.parametrize(
    ("side", "kind", "shown"), [(8, "png", 8), (64, "png", 64), (65, "jpeg", 65), (256, "jpeg", 128)]
)
def test_images_have_their_prepared_size_and_at_most_128_pixels(
    tmp_path: Path, side: int, kind: str, shown: int
) -> None:
    save_errors_page(page_of(analysis_of(MATRIX, NAMES), side), tmp_path / "errors.html")
    assert f'src="data:image/{kind};base64,' in (tmp_path / "errors.html").read_text()
    with open_page() as page:
        page.goto((tmp_path / "errors.html").as_uri())
        assert page.locator("img").first.evaluate("image => image.naturalWidth") == shown


def test_the_same_predictions_give_the_same_page() -> None:
    assert errors_page(SMALL) == errors_page(SMALL)
    assert SMALL.weights_sha256 in errors_page(SMALL)
