"""ray_job.yaml: fields that KubeRay and Kubernetes know, closed to the world, of the Ray that is installed."""

import re
import shlex
from importlib.metadata import version
from typing import Any

import pytest
import yaml
from kubernetes import client

from tests.helpers import ROOT

# The fields that the file uses, of KubeRay 1.6: https://docs.ray.io/en/latest/cluster/kubernetes/references/api.html
JOB = {"entrypoint", "backoffLimit", "shutdownAfterJobFinishes", "ttlSecondsAfterFinished", "rayClusterSpec"}
CLUSTER = {
    "rayVersion",
    "authOptions",
    "enableInTreeAutoscaling",
    "autoscalerOptions",
    "headGroupSpec",
    "workerGroupSpecs",
}
HEAD = {"serviceType", "rayStartParams", "template"}
WORKERS = {"groupName", "replicas", "minReplicas", "maxReplicas", "rayStartParams", "template"}


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((ROOT / "ray_job.yaml").read_text())
    return values


def unknown(values: Any, kind: str, place: str = "") -> list[str]:
    """The places of fields and types that Kubernetes does not know in an object of ``kind``."""
    if of := re.fullmatch(r"List\[(.+)\]", kind):
        if not isinstance(values, list):
            return [f"{place}: expected a list"]
        return [found for at, value in enumerate(values) for found in unknown(value, of[1], f"{place}[{at}]")]
    if re.fullmatch(r"Dict\[.+\]", kind):
        strings = isinstance(values, dict) and all(isinstance(value, str) for value in values.values())
        return [] if strings else [f"{place}: expected strings by name"]
    if (model := getattr(client, kind, None)) is not None:
        fields = {name: model.openapi_types[attribute] for attribute, name in model.attribute_map.items()}
        return [
            found
            for name, value in values.items()
            for found in (unknown(value, fields[name], f"{place}.{name}") if name in fields else [f"{place}.{name}"])
        ]
    return [] if isinstance(values, {"str": str, "int": int, "bool": bool}.get(kind, object)) else [f"{place}: {kind}"]


def test_its_fields_are_those_of_kuberay(job: dict[str, Any]) -> None:
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    assert job["spec"].keys() <= JOB
    cluster = job["spec"]["rayClusterSpec"]
    assert cluster.keys() <= CLUSTER
    assert cluster["headGroupSpec"].keys() <= HEAD
    for group in cluster["workerGroupSpecs"]:
        assert group.keys() <= WORKERS
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
    assert all(isinstance(value, str) for value in cluster["headGroupSpec"]["rayStartParams"].values())


def test_kubernetes_knows_all_of_its_pods(job: dict[str, Any]) -> None:
    cluster = job["spec"]["rayClusterSpec"]
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        assert unknown(group["template"], "V1PodTemplateSpec") == []
        broken = {"spec": {"containers": [{"name": "ray", "imag": "x", "resources": {"limits": {"cpu": 4}}}]}}
        assert unknown(broken, "V1PodTemplateSpec") == [
            ".spec.containers[0].imag",
            ".spec.containers[0].resources.limits: expected strings by name",
        ]


def test_its_ray_is_the_one_that_is_installed(job: dict[str, Any]) -> None:
    assert job["spec"]["rayClusterSpec"]["rayVersion"] == version("ray")


def test_clients_need_the_token_and_nobody_outside_reaches_it(job: dict[str, Any]) -> None:
    cluster = job["spec"]["rayClusterSpec"]
    assert cluster["authOptions"] == {"mode": "token"}
    assert cluster["headGroupSpec"]["serviceType"] == "ClusterIP"
    assert "hostNetwork" not in (ROOT / "ray_job.yaml").read_text()


def test_it_launches_a_search_that_a_second_start_goes_on_with(job: dict[str, Any]) -> None:
    from typer.main import get_command

    from search.cli import _commands

    shell, _, script = shlex.split(job["spec"]["entrypoint"])
    words = shlex.split(script.partition("&& ")[2])
    assert (shell, words[:2]) == ("sh", ["ulsam-search", "launch"])
    assert "--or-resume" in words
    get_command(_commands).commands["launch"].make_context("launch", words[2:])  # type: ignore[attr-defined]


def test_machines_come_with_the_work_and_go_after_it(job: dict[str, Any]) -> None:
    cluster = job["spec"]["rayClusterSpec"]
    assert cluster["enableInTreeAutoscaling"]
    assert [group["minReplicas"] for group in cluster["workerGroupSpecs"]] == [0]
    assert job["spec"]["shutdownAfterJobFinishes"]
