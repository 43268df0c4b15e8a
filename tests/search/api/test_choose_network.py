"""What the folder of a chosen network says of it beside the plain networks of its search."""

from dataclasses import replace
from pathlib import Path

import pytest

from search.analysis.won import PlainNetworks
from search.api.export import choose_network
from search.artifacts.model_card import readme
from spaces import Encoding
from tests.search.factory import new_run, result
from ulsam import Placement


@pytest.mark.parametrize("cheaper", [True, False])
def test_a_cheaper_network_is_set_beside_the_best_plain_one(tmp_path: Path, *, cheaper: bool) -> None:
    _, record = new_run(tmp_path)
    space = record.spec.search_space
    plain = space.base("mobilenet_v2", 0.2, 32)
    mode, block = ("substitute", 12) if cheaper else ("insert", 8)
    placed = Placement(block=block, mode=mode, groups=4)  # type: ignore[arg-type]
    changed = replace(plain, arch=replace(plain.arch, placements=(placed,)))
    trials = [
        record.finish(record.start(one, Encoding(space), seed=0), result(value))
        for one, value in ((plain, 0.7), (changed, 0.75))
    ]
    network = choose_network("tiny", tmp_path / "best", runs=tmp_path).network
    assert network.arch == changed.arch
    found = network.measured.over_best_plain
    assert (found is not None) == cheaper
    if found is None:
        assert network.measured.over_plain is not None, "the plain one costs no more"
        return
    gain = PlainNetworks(record.spec, trials).gain(trials[1], trials[0])
    assert (found.over, found.value, found.error) == (plain.arch.arch_id, gain.value, gain.error)
    share = trials[1].costs["flops"] / trials[0].costs["flops"]
    assert found.said.startswith(f"has {share:.0%} of the FLOPs")
    assert found.said.endswith(f"({gain.points} points, 95% interval {gain.ends}; {gain.read_from})")
    assert f"best plain network | {found.said} |" in readme(network, tmp_path / "best", ())
