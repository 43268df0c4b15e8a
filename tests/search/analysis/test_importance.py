"""Which choices decide."""

from random import Random

import pytest

from search.analysis.importance import importances
from tests.search.factory import spec, trained

SPEC = spec()
NETWORKS = Random(2).sample(list(SPEC.search_space), 60)


def test_what_decides_has_the_largest_share() -> None:
    shares = importances(SPEC, trained(SPEC, NETWORKS, lambda arch: 0.5 + arch.width))
    assert next(iter(shares)) == "width"
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == {"width", "groups", "block_8", "block_9", "block_12"}  # a single backbone decides nothing
    at_12 = importances(SPEC, trained(SPEC, NETWORKS, lambda arch: 0.5 + any(p.block == 12 for p in arch.placements)))
    assert next(iter(at_12)) == "block_12"


def test_of_too_few_networks_nothing_is_said() -> None:
    assert importances(SPEC, trained(SPEC, NETWORKS[:19])) == {}


def test_optuna_prints_nothing_of_the_study_that_it_needs(caplog: pytest.LogCaptureFixture) -> None:
    assert importances(SPEC, trained(SPEC, NETWORKS))
    assert [record for record in caplog.records if record.name.startswith("optuna")] == []
