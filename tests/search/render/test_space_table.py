"""What is printed of a space before anything is trained."""

from dataclasses import replace

from search.render.blocks import blocks_of
from search.render.space_table import small_maps, small_maps_in_words, unfitting_groups
from spaces import BudgetsConfig, Candidate, SearchSpace, SpaceConfig, build_space
from ulsam import ArchConfig
from ulsam.backbones import backbone_shape


def said_of(groups: tuple[int, ...], widths: tuple[float, ...]) -> str | None:
    config = SpaceConfig(backbones=("mobilenet_v2",), widths=widths, groups=groups)
    return unfitting_groups(build_space(config, BudgetsConfig(), num_classes=10, input_sizes=(64,)))


def test_a_g_that_few_blocks_can_have_is_told() -> None:
    widths = (0.35, 1.0)
    channels = [block.out_channels for width in widths for block in backbone_shape("mobilenet_v2", width).blocks]
    share = sum(count % 16 == 0 for count in channels) / len(channels)
    assert 0 < share < 1
    said = said_of((1, 4, 16), widths)
    assert said is not None
    assert f"g=16 fits {share:.0%} of" in said
    assert "g=4" not in said


def test_nothing_is_printed_where_every_g_fits() -> None:
    assert said_of((1, 2, 4, 8), (0.35, 1.0)) is None


def space(
    input_size: int, attention: tuple[str, ...] = ("ulsam",), modes: tuple[str, ...] = ("insert", "substitute")
) -> SearchSpace:
    placements = {"attention": attention, "modes": modes}
    config = SpaceConfig.model_validate({"backbones": ["mobilenet_v2"], "placements": placements})
    return build_space(config, BudgetsConfig(), num_classes=10, input_sizes=(input_size,))


def test_placements_on_small_maps_are_told() -> None:
    at_64 = space(64)
    (found,) = small_maps(at_64)
    arch = ArchConfig(backbone="mobilenet_v2", width=1.0, num_classes=10, stem_stride=2)
    network = Candidate(arch=arch, input_size=64)
    sizes = {block.number: block.size for block in blocks_of(network) if block.number is not None}
    assert (found.backbone, found.size) == ("mobilenet_v2", 2)
    assert found.blocks == tuple(block for block, size in sizes.items() if size == 2)
    words = small_maps_in_words(at_64)
    assert words is not None
    for part in ("mobilenet_v2", "2x2", ", ".join(map(str, found.blocks)), "space.placements.min_map to 3"):
        assert part in words, part
    assert small_maps_in_words(replace(at_64, min_map=3)) is None


def test_blocks_on_small_maps_stay_where_they_may_be_left_out_whole() -> None:
    words = small_maps_in_words(space(64, modes=("substitute", "remove")))
    assert words is not None
    assert "space.placements.min_map" not in words


def test_maps_count_for_mechanisms_that_choose_positions() -> None:
    assert small_maps(space(64, ("cbam",))) == small_maps(space(64))
    assert small_maps(space(64, ("squeeze_excite",))) == [], "it weighs channels, not positions"


def test_nothing_is_printed_where_maps_are_large_enough() -> None:
    assert small_maps(space(224)) == []
    assert small_maps_in_words(space(224)) is None
