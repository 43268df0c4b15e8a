"""What docs/measured.md says of searches with a prior is what was measured."""

from typing import Any

import pytest

from tests.figures import PAGE, result, row

GAMES = result("search_quality/result-prior.json")["missing"]


@pytest.mark.parametrize("game", GAMES, ids=lambda game: f"{game['tau']}-{game['at_once']}")
def test_a_row_is_what_was_measured(game: dict[str, Any]) -> None:
    shares = [f"{100 * game[at]['mean']:.1f} ± {100 * game[at]['error']:.1f}" for at in ("20", "30", "50")]
    tau = "none" if game["tau"] is None else str(game["tau"])
    assert game["n"] == 20
    assert f"| {row(tau, str(game['at_once']), *shares)} |" in PAGE


def test_a_prior_without_information_costs_as_much_as_said() -> None:
    shares = {(game["tau"], game["at_once"]): game for game in GAMES}
    costs = [
        shares[0.0, at_once][at]["mean"] / shares[None, at_once][at]["mean"] - 1
        for at_once in (1, 16)
        for at in ("20", "30", "50")
    ]
    assert f"costs at most {max(costs):.0%} of the missing share" in PAGE
