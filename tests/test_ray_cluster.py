"""ray_cluster.yaml: valid for Ray itself, machines only, closed to the world. The cloud itself can't be here."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import validate

from search.config.settings import SearchSettings
from tests.helpers import ROOT


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((ROOT / "ray_cluster.yaml").read_text())
    return values


def test_it_is_valid_against_rays_own_schema(config: dict[str, Any]) -> None:
    import ray.autoscaler

    schema = json.loads(Path(ray.autoscaler.__file__).with_name("ray-schema.json").read_text())
    validate(config, schema)


def test_ray_itself_accepts_it(config: dict[str, Any]) -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    validate_config(prepare_config(config))


def test_every_machine_names_its_image_and_the_page_on_clusters_fills_it_in(config: dict[str, Any]) -> None:
    """Ray's own default is an Ubuntu 18.04, whose Python can't run this."""
    images = {kind["node_config"]["ImageId"] for kind in config["available_node_types"].values()}
    assert len(images) == 1
    assert f"s/{images.pop()}/$AMI/" in (ROOT / "docs" / "cluster.md").read_text()


def test_workers_are_spot_machines_that_go_when_idle(config: dict[str, Any]) -> None:
    worker = config["available_node_types"]["gpu"]
    assert worker["node_config"]["InstanceMarketOptions"] == {"MarketType": "spot"}
    assert worker["min_workers"] == 0
    assert config["idle_timeout_minutes"] <= 10
    assert "InstanceMarketOptions" not in config["available_node_types"]["head"]["node_config"]


def test_every_ray_start_asks_for_the_token_and_listens_to_no_stranger(config: dict[str, Any]) -> None:
    starts = [
        command
        for key in ("head_start_ray_commands", "worker_start_ray_commands")
        for command in config[key]
        if "ray start" in command
    ]
    assert len(starts) == 2
    assert all("RAY_AUTH_MODE=token" in command for command in starts)
    assert "--dashboard-host=127.0.0.1" in starts[0]
    assert "0.0.0.0/0" not in (ROOT / "ray_cluster.yaml").read_text()
    assert "/home/ubuntu/.ray/auth_token" in config["file_mounts"]


def test_it_holds_no_hyperparameters(config: dict[str, Any]) -> None:
    text = (ROOT / "ray_cluster.yaml").read_text()
    for section in ("space", "budgets", "training"):
        assert f"\n{section}:" not in text
        assert section in SearchSettings.model_fields
