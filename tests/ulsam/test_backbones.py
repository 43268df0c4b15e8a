"""Channel rounding and the rows of the two backbones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ulsam.backbones import backbone_shape
from ulsam.backbones.shape import round_channels


@given(st.floats(1, 4000))
def test_rounded_channels_are_multiples_of_8_that_lose_little(channels: float) -> None:
    rounded = round_channels(channels)
    assert rounded % 8 == 0
    assert rounded >= 8
    assert rounded >= 0.9 * channels
    assert rounded <= max(8, channels + 8)


@pytest.mark.parametrize(("channels", "rounded"), [(11.2, 16), (33.6, 32), (1.0, 8), (179.2, 176), (24.0, 24)])
def test_rounds_as_the_mobilenet_authors_do(channels: float, rounded: int) -> None:
    assert round_channels(channels) == rounded


def test_substitutable_blocks_are_those_that_keep_their_shape() -> None:
    def keeping(backbone: str) -> list[int]:
        return [block.index for block in backbone_shape(backbone, 1.0).blocks if block.keeps_shape]

    assert keeping("mobilenet_v1") == [3, 5, 7, 8, 9, 10, 11, 13]
    assert keeping("mobilenet_v2") == [3, 5, 6, 8, 9, 10, 12, 13, 15, 16]


def test_the_head_of_v2_is_never_narrowed() -> None:
    assert backbone_shape("mobilenet_v2", 0.35).head_channels == 1280
    assert backbone_shape("mobilenet_v2", 1.4).head_channels == 1792
    assert backbone_shape("mobilenet_v1", 0.5).head_channels is None
