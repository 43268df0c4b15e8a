"""The cards of networks without some of their blocks."""

from pathlib import Path

from playwright.sync_api import expect

from search.render.front_page import save_page
from spaces import Change
from tests.browser import open_page
from tests.search.factory import spec, trained


def test_a_card_says_which_blocks_are_left_out(tmp_path: Path) -> None:
    own = spec(space={"widths": [0.1], "placements": {"modes": ["remove"], "together": [[15, 16]], "at_most": 1}})
    network = own.search_space.bases[0].with_changes([Change(15), Change(16)])
    save_page(own, trained(own, [network]), tmp_path / "front.html")
    with open_page() as page:
        page.goto((tmp_path / "front.html").as_uri())
        page.get_by_role("button", name="trial 0", exact=True).click()
        card = page.locator(".card")
        expect(card).to_contain_text("V2 x0.1 without 15, 16")
        blocks = card.locator("svg").first
        assert (blocks.get_attribute("aria-label") or "").endswith("removed: block 15, block 16")
        titles = [text for text in blocks.locator("title").all_text_contents() if text.endswith("; removed")]
        assert [text.split(":")[0] for text in titles] == ["block 15", "block 16"]
        card.locator("summary").click()
        card.locator("details table").wait_for()
        rows = card.locator("details tr", has_text="removed").all_text_contents()
        assert len(rows) == 2
