"""Each network starts from the file of its backbone and width, or of the nearest wider one; the key says which."""

from pathlib import Path

import pytest

from search.study.migrations.spec import migrated
from search.study.pretrained_files import PretrainedFile, PretrainedGoneError, check_pretrained, pretrained_copy
from search.study.spec import StudySpec
from tests.search.factory import spec
from ulsam import ArchConfig
from ulsam.backbones import Backbone

WIDE = PretrainedFile(file="a.pth", sha256="aa", backbone="mobilenet_v2", width=1.0)
NARROW = PretrainedFile(file="b.h5", sha256="bb", backbone="mobilenet_v2", width=0.5, convention="keras")
ALL = PretrainedFile(file="c.pth", sha256="cc")


@pytest.mark.parametrize(
    ("backbone", "width", "file"),
    [
        ("mobilenet_v2", 1.0, WIDE),
        ("mobilenet_v2", 0.75, WIDE),
        ("mobilenet_v2", 0.5, NARROW),
        ("mobilenet_v2", 0.1, NARROW),
        ("mobilenet_v2", 1.4, None),
        ("mobilenet_v1", 0.5, None),
    ],
)
def test_the_nearest_file_that_is_wide_enough_is_meant(
    backbone: Backbone, width: float, file: PretrainedFile | None, tmp_path: Path
) -> None:
    search = spec().starting_from((WIDE, NARROW))
    arch = ArchConfig(backbone=backbone, width=width)
    assert search.pretrained_for(arch) == file
    assert pretrained_copy(tmp_path, search.pretrained_for(arch)) == (None if file is None else tmp_path / file.name)
    assert spec().starting_from((ALL,)).pretrained_for(arch) == ALL


def test_a_key_has_the_content_of_the_candidates_own_file() -> None:
    fresh = spec()
    candidate = next(iter(fresh.search_space))
    only = fresh.starting_from((NARROW.model_copy(update={"width": None, "backbone": None}),))
    assert fresh.starting_from((WIDE, NARROW)).key_of(candidate, 0) == only.key_of(candidate, 0)
    assert fresh.starting_from((WIDE,)).key_of(candidate, 0) != only.key_of(candidate, 0) != fresh.key_of(candidate, 0)


def test_a_key_says_where_weights_are_cut_and_only_there() -> None:
    """The search's networks are of x0.1 and x0.2."""
    search = spec()
    narrow, wide = (search.search_space.base("mobilenet_v2", width, 32) for width in (0.1, 0.2))
    of_wide = {"trained_backbone": "mobilenet_v2", "trained_width": 0.2}
    whole = search.starting_from((ALL,))
    cut = search.starting_from((ALL.model_copy(update=of_wide),))
    assert cut.key_of(wide, 0) == whole.key_of(wide, 0)
    assert cut.key_of(narrow, 0) != whole.key_of(narrow, 0)
    other = search.starting_from((ALL.model_copy(update=of_wide | {"trained_backbone": "mobilenet_v1"}),))
    assert other.key_of(narrow, 0) == whole.key_of(narrow, 0)


def test_networks_follow_the_convention_of_their_file() -> None:
    space = spec(space={"widths": [0.1, 1.0]}).starting_from((WIDE, NARROW)).search_space
    assert {(base.arch.width, base.arch.convention) for base in space.bases} == {(0.1, "keras"), (1.0, "torch")}
    assert all(network in space for network in list(space)[:50])
    everywhere = spec(space={"backbones": ["mobilenet_v1", "mobilenet_v2"]}).starting_from(
        (ALL.model_copy(update={"convention": "timm"}),)
    )
    assert {(base.arch.backbone, base.arch.convention) for base in everywhere.search_space.bases} == {
        ("mobilenet_v1", "timm"),
        ("mobilenet_v2", "torch"),
    }


def test_a_record_of_one_file_is_read(tmp_path: Path) -> None:
    search = spec(training={"pretrained": "/weights/start.pth"})
    kept = search.model_dump(mode="json")
    del kept["pretrained"]
    earlier = StudySpec.model_validate(migrated(kept | {"pretrained_sha256": "cc", "version": 4}))
    assert earlier.pretrained == (PretrainedFile(file="start.pth", sha256="cc"),)
    assert earlier.pretrained[0].name == "pretrained.safetensors"
    assert StudySpec.model_validate(migrated(kept | {"pretrained_sha256": None, "version": 4})).pretrained == ()
    candidate = next(iter(search.search_space))
    assert earlier.key_of(candidate, 0) == search.starting_from((ALL,)).key_of(candidate, 0)
    again = StudySpec.model_validate_json(spec().starting_from((WIDE, NARROW)).model_dump_json())
    assert again.pretrained == (WIDE, NARROW)


def test_all_copies_must_be_there(tmp_path: Path) -> None:
    search = spec().starting_from((WIDE, NARROW))
    (tmp_path / WIDE.name).touch()
    with pytest.raises(PretrainedGoneError, check=lambda error: error.where == str(tmp_path / NARROW.name)):
        check_pretrained(tmp_path, search.pretrained)
    (tmp_path / NARROW.name).touch()
    check_pretrained(tmp_path, search.pretrained)
