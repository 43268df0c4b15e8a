"""What seeds change in the scores of one search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from search.analysis.seed_spread import seed_spread

scores = st.floats(0, 1).map(lambda value: round(value, 3))
networks = st.lists(st.dictionaries(st.integers(0, 4), scores, min_size=1), max_size=6)


def test_of_two_networks_it_is_that_of_pairs() -> None:
    one, other = [0.9, 0.5, 0.72, 0.6], [0.88, 0.47, 0.71, 0.61]
    spread = seed_spread([dict(enumerate(one)), dict(enumerate(other))])
    found = ttest_rel(one, other)
    assert spread.freedom == found.df
    assert spread.error_of_difference(4) == pytest.approx((np.mean(one) - np.mean(other)) / found.statistic)


def test_a_full_table_is_that_of_two_way_analysis_of_variance() -> None:
    table = np.random.default_rng(0).normal(size=(5, 3))
    left = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    spread = seed_spread(dict(enumerate(row)) for row in table)
    assert (spread.freedom, spread.networks) == (8, 5)
    assert spread.deviation == pytest.approx(np.sqrt((left**2).sum() / 8))


@given(networks)
def test_it_is_what_least_squares_leave(networks: list[dict[int, float]]) -> None:
    """Of a model with a value of each network and one of each seed; a network with one seed leaves nothing."""
    rows = [(row, seed, value) for row, network in enumerate(networks) for seed, value in network.items()]
    model = np.zeros((len(rows), len(networks) + 5))
    for number, (row, seed, _) in enumerate(rows):
        model[number, [row, len(networks) + seed]] = 1
    values = np.array([value for *_, value in rows])
    rank = int(np.linalg.matrix_rank(model)) if rows else 0
    left = values - model @ np.linalg.lstsq(model, values)[0] if rows else values
    spread = seed_spread(networks)
    assert spread.freedom == len(rows) - rank
    assert spread.deviation**2 * spread.freedom == pytest.approx(float(left @ left), abs=1e-9)


@given(networks, st.lists(scores, min_size=5, max_size=5))
def test_what_a_seed_does_to_all_networks_alike_drops_out(networks: list[dict[int, float]], moved: list[float]) -> None:
    other = [{seed: value + moved[seed] for seed, value in network.items()} for network in networks]
    assert seed_spread(other).deviation == pytest.approx(seed_spread(networks).deviation, abs=1e-6)


@pytest.mark.parametrize("networks", [[], [{0: 0.5}], [{0: 0.5, 1: 0.7}], [{0: 0.5, 1: 0.7}, {2: 0.5, 3: 0.7}]])
def test_without_seeds_in_common_there_is_none(networks: list[dict[int, float]]) -> None:
    assert seed_spread(networks).freedom == 0
