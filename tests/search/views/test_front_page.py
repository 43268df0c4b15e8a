"""The interactive page, in a real browser without a network."""

from pathlib import Path

import pytest

from search.record.study import StudyRecord
from search.views.front_page import save_page
from search.views.front_picture import front_against, save_picture
from tests.search.factory import fill, new_run, result
from tests.search.views.browser import open_page


@pytest.fixture
def record(tmp_path: Path) -> StudyRecord:
    _, record = new_run(tmp_path / "runs", name="page", budgets={"flops": "2.7M"})
    fill(record, [result(0.4 + number / 40) for number in range(15)])
    return record


def test_the_page_shows_both_fronts_and_a_networks_card(record: StudyRecord, tmp_path: Path) -> None:
    path = tmp_path / "front.html"
    save_page(record.facts, record.ended(), path)
    problems: list[str] = []
    with open_page() as page:
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector(".scatterlayer .point")
        assert "page: 15 networks trained on digits" in (page.text_content(".gtitle") or "")
        assert page.text_content(".xtitle") == "parameters"
        assert page.text_content(".x2title") == "FLOPs (multiply-adds)"
        assert page.locator(".scatterlayer .point").count() == 30  # every network in both panels
        front = front_against(record.ended(), "flops")
        best = page.locator(".subplot.x2y2 .trace").last.locator(".point").last
        box = best.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        card = page.wait_for_selector(".hoverlayer .hovertext")
        assert card is not None
        assert f"trial {front[-1].number}: {front[-1].accuracy:.2%}" in (card.text_content() or "")
        assert f"{front[-1].flops:,} FLOPs" in (card.text_content() or "")
    assert not problems


def test_names_can_not_bring_markup_into_the_page(record: StudyRecord, tmp_path: Path) -> None:
    data = record.facts.data.model_copy(update={"name": "<img src=x onerror=alert(1)>"})
    facts = record.facts.model_copy(update={"data": data})
    save_page(facts, record.ended(), tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        page.wait_for_selector(".scatterlayer .point")
        assert page.locator("img").count() == 0


def test_the_picture_is_a_picture_in_every_format(record: StudyRecord, tmp_path: Path) -> None:
    for ending, start in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        save_picture(record.facts, record.ended(), tmp_path / f"front{ending}")
        assert (tmp_path / f"front{ending}").read_bytes().startswith(start)


def test_pages_and_pictures_of_searches_without_results_can_be_drawn(tmp_path: Path) -> None:
    _, record = new_run(tmp_path / "runs")
    save_page(record.facts, (), tmp_path / "front.html")
    save_picture(record.facts, (), tmp_path / "front.png")


@pytest.mark.parametrize("cost", ["params", "flops"])
def test_a_front_against_one_cost_only_rises(record: StudyRecord, cost: str) -> None:
    front = front_against(record.ended(), cost)
    costs = [getattr(trial, cost) for trial in front]
    assert costs == sorted(costs)
    assert [trial.accuracy for trial in front] == sorted(trial.accuracy for trial in front)
    assert max(record.ended(), key=lambda trial: trial.accuracy) in front
