"""The widest plain networks that fit the budgets are networks of a space with baselines."""

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spaces import Budgets, Encoding, SearchSpace
from spaces.errors import NoNetworkError
from spaces.widest_fitting import widest_fitting
from ulsam.arch import MODES
from ulsam.backbones import BACKBONES, backbone_shape

SPACE = SearchSpace(
    backbones=("mobilenet_v2",),
    widths=(0.35, 0.5, 0.75, 1.0),
    groups=(1, 4),
    modes=MODES,
    blocks=(11, 12, 13),
    at_most=2,
    shared_groups=True,
    num_classes=81,
    input_sizes=(96,),
    stem_stride=2,
    baselines=True,
)


def within(flops: int, space: SearchSpace = SPACE) -> SearchSpace:
    return replace(space, budgets=Budgets({"flops": flops}))


@pytest.mark.parametrize(("flops", "width"), [(25_000_000, 0.55), (35_000_000, 0.74), (45_000_000, 0.83)])
def test_the_widest_that_fits_is_found_by_exact_costs(flops: int, width: float) -> None:
    space = within(flops)
    (found,) = space.fitting_bases
    assert found.arch.width == width
    assert space.costs_of(found)["flops"] <= flops
    wider = space.base("mobilenet_v2", round(width + 0.01, 2), 96)
    assert space.costs_of(wider)["flops"] > flops
    assert found in space
    assert found in list(space)
    assert found in space.plain_networks


@pytest.mark.parametrize("flops", [None, 60_000_000])
def test_where_the_widest_of_the_space_fits_there_is_no_other(flops: int | None) -> None:
    space = SPACE if flops is None else within(flops)
    assert space.fitting_bases == ()
    assert space.plain_networks == space.bases


def test_one_of_the_channels_of_a_width_of_the_space_is_that_width() -> None:
    shape = backbone_shape("mobilenet_v2", 0.74)
    space = within(35_000_000, replace(SPACE, widths=(0.739, 1.0)))
    assert backbone_shape("mobilenet_v2", 0.739) == shape
    assert space.fitting_bases == ()


def test_each_size_has_its_own() -> None:
    space = within(25_000_000, replace(SPACE, input_sizes=(64, 80, 96)))
    widths = {base.input_size: base.arch.width for base in space.fitting_bases}
    assert widths.keys() == {80, 96}, "the widest fits at 64 pixels"
    assert widths[96] == 0.55 < widths[80]
    encoding = Encoding(space)
    assert [encoding.decode(encoding.encode(base), Random(0)) for base in space.fitting_bases] == [*space.fitting_bases]


def test_each_backbone_has_its_own_and_every_choice_stays_a_network() -> None:
    space = within(20_000_000, replace(SPACE, backbones=BACKBONES))
    assert {base.arch.backbone for base in space.fitting_bases} == set(BACKBONES)
    assert len({base.arch.width for base in space.fitting_bases}) == 2
    encoding = Encoding(space)
    plain = {name: values[0] for name, values in encoding.choices.items()}
    for base in space.fitting_bases:
        params = encoding.encode(base)
        assert encoding.decode(params, Random(0)) == base
        assert encoding.decode({**params, "block_12": "insert"}, Random(0)) == base  # nothing is placed on it
        (other,) = set(BACKBONES) - {base.arch.backbone}
        assert encoding.decode({**plain, "backbone": other, "width": base.arch.width}, Random(0)) in space.bases


def test_without_baselines_all_is_as_it_was() -> None:
    without, wanted = within(25_000_000, replace(SPACE, baselines=False)), within(25_000_000)
    assert without.fitting_bases == ()
    assert Encoding(without).choices["width"] == (0.35, 0.5, 0.75, 1.0)
    assert Encoding(wanted).choices["width"] == (0.35, 0.5, 0.55, 0.75, 1.0)
    assert set(wanted) - set(without) == set(wanted.fitting_bases)
    assert wanted.count() == without.count() + 1
    one, other = Random(3), Random(3)
    assert [without.sample(one) for _ in range(50)] == [wanted.sample(other) for _ in range(50)]


def test_a_plain_network_alone_is_no_space_to_search() -> None:
    space = within(9_000_000)
    assert space.fitting_bases, "a narrow one fits"
    with pytest.raises(NoNetworkError):
        space.check()
    with pytest.raises(NoNetworkError):
        space.sample(Random(0))


@given(st.floats(0.02, 2.0) | st.integers(2, 200).map(lambda step: step / 100), st.integers(0, 250))
@example(0.060000109037196256, 6)
@example(0.07, 7)
@example(math.nextafter(0.07, 1), 7)
def test_bisection_finds_what_looking_at_each_finds(widest: float, most: int) -> None:
    steps = [step / 100 for step in range(1, 201) if step / 100 < widest]
    fitting = [width for width in steps if width <= most / 100]
    assert widest_fitting(widest, lambda width: width <= most / 100) == (fitting[-1] if fitting else None)
