"""``--max COST=N`` beside ``--max-params`` and ``--max-flops``."""

import pytest

from search.cli.limits import limits_of
from search.errors import ArgumentError


def test_limits_are_by_the_name_of_their_cost_as_they_were_written() -> None:
    assert limits_of(None, None, None) == {}
    assert limits_of("2.5M", None, ["flops=40M"]) == {"params": "2.5M", "flops": "40M"}


@pytest.mark.parametrize("other", ["flops", "params=1M"])
def test_a_limit_that_is_none_or_a_second_one_of_its_cost_is_refused(other: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        limits_of("2M", None, [other])
    assert (refused.value.argument, refused.value.got) == ("max", other)
