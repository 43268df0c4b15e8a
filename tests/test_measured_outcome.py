"""What a pool of trainings says of networks that have none, and what docs/measured.md says of the pool."""

import json
from random import Random

import numpy as np
import pytest

from benchmarks.outcome.imputed import impute
from benchmarks.outcome.pool import baselines, searched
from benchmarks.outcome.table import NUM_CLASSES, Table, Training
from benchmarks.transfer.networks import GROUPS
from tests.figures import BENCHMARKS
from tests.helpers import ROOT
from tests.pages import page

NETWORKS = searched(NUM_CLASSES)
LOSSES = {"A": 0.03, "B": 0.02, "C": 0.01, "D": 0.005}


def worth(name: str) -> float:
    """A made-up accuracy: a sum over choices, and one effect of two groups together."""
    size, *words = name.split()
    changed = [word for word in words if word in LOSSES]
    replaced = words[words.index("ulsam") + 1 :] if "ulsam" in words else []
    together = 0.01 if {"C", "D"} <= set(changed) else 0.0
    return 0.74 - 0.04 * (size == "80") - sum(LOSSES[one] for one in changed) + 0.004 * len(replaced) - together


def table(part: float, noise: float, seed: int = 0) -> Table:
    rng, chance = Random(seed), np.random.default_rng(seed)
    trained = [*rng.sample(NETWORKS, round(part * len(NETWORKS))), *baselines(NUM_CLASSES)]
    trainings = {}
    for variant in trained:
        of_network = noise * chance.normal()
        choose, report = worth(variant.name) + of_network + noise * chance.normal(size=2)
        trainings[variant.candidate] = {0: Training(choose=choose, report=report)}
    return Table(trainings=trainings, names={variant.candidate: variant.name for variant in trained})


def test_networks_without_training_are_predicted_from_their_choices() -> None:
    imputation = impute(table(0.5, noise=0.0))
    assert len(imputation.predicted) == len(NETWORKS) / 2
    for variant in NETWORKS:
        if variant.candidate in imputation.predicted:
            assert imputation.predicted[variant.candidate] == pytest.approx(2 * [worth(variant.name)], abs=2e-3)


def test_its_error_is_that_of_networks_it_has_not_seen() -> None:
    errors, stated = [], []
    for seed in range(3):
        imputation = impute(table(0.5, noise=0.01, seed=seed))
        stated.append(imputation.error)
        errors += [
            imputation.predicted[one.candidate][1] - worth(one.name)
            for one in NETWORKS
            if one.candidate in imputation.predicted
        ]
    of_score = 2 * 0.01**2  # the variance of a training's accuracy around the worth
    assert np.mean(np.square(stated)) == pytest.approx(np.mean(np.square(errors)) + of_score, rel=0.25)


def test_a_draw_keeps_trainings_and_adds_one_for_each_other_network() -> None:
    known = table(0.5, noise=0.01)
    imputation = impute(known)
    one, again, other = (imputation.draw(seed) for seed in (0, 0, 1))
    assert one == again
    assert {network: one.trainings[network] for network in known.trainings} == known.trainings
    assert len(one.trainings) == len(one.names) == len(NETWORKS) + len(baselines(NUM_CLASSES))
    drawn = np.array([[table.worth(network) for network in imputation.predicted] for table in (one, other)])
    spread = np.std(drawn[0] - drawn[1]) / 2**0.5
    assert spread == pytest.approx(imputation.error, rel=0.3)


def test_of_a_whole_pool_nothing_is_drawn() -> None:
    known = table(1.0, noise=0.01)
    assert impute(known).draw(0) == known


def test_the_page_has_the_figures_of_the_replays_and_of_the_choices() -> None:
    text = page("measured")
    replays = json.loads((BENCHMARKS / "outcome" / "result.json").read_text())
    assert f"Each of the {replays['networks']} networks has at least one training" in text
    assert replays["networks_drawn"] == 0
    assert f"means of\n{replays['tables'] * replays['searches_of_each']} searches" in text
    for budget in ("25M", "35M", "45M"):
        found = replays[budget]["known_cost"]
        published = replays[budget]["published"]
        cells = (
            budget,
            str(replays[budget]["trials"]),
            f"{replays[budget]['plain']['accuracy']:.1f}%",
            "none fits" if published is None else f"{published['accuracy']:.1f}%",
            "{:.1f} ± {:.1f}%".format(*found["accuracy"]),
            *(
                "{:+.1f} ± {:.1f}".format(*one)
                for one in (found["gain_over_plain"], replays[budget]["gain_over_random"])
            ),
            "{:+.1f} ± {:.1f}".format(*found["share_of_ulsam"]),
        )
        assert f"| {' | '.join(cells)} |" in text
    effects = json.loads((BENCHMARKS / "outcome" / "result-effects.json").read_text())["effects"]
    for group, blocks in GROUPS.items():
        choices = (
            effects[f"{group}: {pair}"] for pair in ("without over keep", "ulsam over keep", "ulsam over without")
        )
        cells = tuple("{points:+.1f} ± {error:.1f} ({pairs})".format(**choice) for choice in choices)
        assert f"| {' | '.join((', '.join(map(str, blocks)), *cells))} |" in text


def test_the_readme_has_the_gains() -> None:
    words = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    replays = json.loads((BENCHMARKS / "outcome" / "result.json").read_text())

    budgets = [replays[budget] for budget in ("25M", "35M", "45M")]
    first, second, third = (f"{of_budget['known_cost']['gain_over_plain'][0]:.1f}" for of_budget in budgets)
    assert f"gain {first}, {second} and {third} points over the best plain network" in words
    first, second, third = ("{:+.1f} ± {:.1f}".format(*of_budget["gain_over_random"]) for of_budget in budgets)
    assert f"random networks of the space ({first}, {second} and {third} points)" in words
    effects = json.loads((BENCHMARKS / "outcome" / "result-effects.json").read_text())["effects"]
    most = max((effects[f"{group}: ulsam over without"] for group in GROUPS), key=lambda effect: effect["points"])
    assert "at most {points:.1f} ± {error:.1f} points over leaving the blocks out".format(**most) in words
    _, small, large = budgets
    published = (f"{of_budget['published']['accuracy']:.1f}%" for of_budget in (small, large))
    assert f"has {' and '.join(published)} within 35M and 45M" in words
    of_searches = (f"{of_budget['known_cost']['accuracy'][0]:.1f}%" for of_budget in (small, large))
    assert f"the networks of the searches have {' and '.join(of_searches)}" in words
