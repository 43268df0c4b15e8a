"""What the README and docs/groceries.md say of the network that a search found is what the trainings show."""

from statistics import mean

import pytest

from benchmarks.transfer.taken_home import CONTROL, EARLIER, FOUND, PLAIN
from tests.figures import differences, mean_and_error, rows_of
from tests.helpers import ROOT
from tests.pages import page

GROCERIES = page("groceries")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def trainings_of(network: str) -> list[dict[str, str]]:
    """Three, by seed."""
    rows = [row for row in rows_of("transfer/taken_home") if row["network"] == network]
    assert len(rows) == 3
    return sorted(rows, key=lambda row: int(row["seed"]))


def accuracies(network: str) -> list[float]:
    """On the test images, seed by seed, 0 to 1."""
    return [float(row["test"]) for row in trainings_of(network)]


def in_words(network: str) -> str:
    """``70.9, 69.2 and 71.5%``."""
    first, second, third = (f"{100 * value:.1f}" for value in accuracies(network))
    return f"{first}, {second} and {third}%"


def gain(network: str, over: str) -> str:
    """``+1.5 ± 0.9``: the mean of paired differences and its standard error."""
    return mean_and_error(differences(accuracies(network), accuracies(over)), sign="+")


def costs(network: str) -> tuple[int, int]:
    row = trainings_of(network)[0]
    return int(row["flops"]), int(row["params"])


def test_the_page_has_the_seeds_and_the_differences() -> None:
    words = " ".join(GROCERIES.split())
    assert f"they have {in_words(FOUND)} against {in_words(PLAIN)}. Seed by seed, the difference is" in words
    assert f"the difference is {gain(FOUND, PLAIN)} points" in words
    loss = gain(CONTROL, FOUND).removeprefix("+")
    assert f"left out, the network has {in_words(CONTROL)}: ULSAM loses {loss} points" in words
    assert f"An earlier search found a network with {in_words(EARLIER)}" in words
    assert f"The new network has {gain(FOUND, EARLIER).removeprefix('+')} points more" in words


def test_the_readme_has_the_means() -> None:
    words = " ".join(README.split())
    assert f"an accuracy of {100 * mean(accuracies(FOUND)):.1f}% on the test images" in words
    assert f"of that search has {100 * mean(accuracies(PLAIN)):.1f}%. The gain is {gain(FOUND, PLAIN)} points" in words
    assert f"ULSAM loses {gain(CONTROL, FOUND).removeprefix('+')} points" in words
    assert f"found a network with {100 * mean(accuracies(EARLIER)):.1f}%" in words


@pytest.mark.parametrize("words", [GROCERIES, README])
def test_both_have_the_shares_of_the_costs(words: str) -> None:
    flops, params = (own / plain for own, plain in zip(costs(FOUND), costs(PLAIN), strict=True))
    shares = f"{100 * flops:.0f}% of the plain network's FLOPs and {100 * params:.0f}% of its parameters"
    assert shares in " ".join(words.split())
