"""What is printed of the time of a search before anything is trained."""

import pytest

from search.analysis.forecast import ComputeEstimate, Concurrency
from search.render.forecast_table import price_lines


@pytest.mark.parametrize(("gpus", "unit"), [(1.0, "GPU-hours"), (0.0, "CPU-hours")])
def test_the_price_of_a_long_search_has_no_exponent(gpus: float, unit: str) -> None:
    price = ComputeEstimate(trials=1234, at_once=2, seconds=3600.0, cpus=1, gpus=gpus)
    whole, _ = price_lines(price, Concurrency(trials=2, fits_here=2, asked=False), ())
    assert f"1,230 {unit}" in whole
