"""A Ray of a test file's own."""

import tempfile
from collections.abc import Iterator

import pytest
import ray


@pytest.fixture(scope="module")
def ray_here() -> Iterator[None]:
    """Ray on this machine alone, with two CPUs; its short-named folder is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="us", dir="/tmp") as folder:
        ray.init(num_cpus=2, include_dashboard=False, _temp_dir=folder, _node_ip_address="127.0.0.1")
        yield
        ray.shutdown()
