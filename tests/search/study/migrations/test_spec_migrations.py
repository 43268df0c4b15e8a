"""Records of earlier versions are read as though this one had written them."""

from pathlib import Path

import pytest

from search.study.migrations.spec import VERSION, IncompleteRecordError, NewerRecordError, migrated
from search.study.spec import StudySpec
from search.study.study import StudyRecord
from search.study.study_reader import SPEC, OtherVersionError
from tests.search.factory import spec


def of_version_1() -> dict[str, object]:
    """What the first version kept of a search: two costs, both of them objectives."""
    kept = spec(budgets={"flops": "3M"}).model_dump(mode="json")
    del kept["version"], kept["search"]["objectives"]
    return kept | {"reference": {"accuracy": 0.1, "params": 300_000, "flops": 3_000_000}}


def test_a_record_of_the_first_version_is_read() -> None:
    old = of_version_1()
    assert StudySpec.model_validate(old) == spec(budgets={"flops": "3M"})
    assert "version" not in old  # what was given is not changed


def test_a_record_of_the_second_version_is_read() -> None:
    old = spec(search={"objectives": ["flops"]}).model_dump(mode="json")
    old |= {"version": 2, "reference": {"accuracy": 0.1, "costs": old["reference"]["costs"]}}
    assert StudySpec.model_validate(old) == spec(search={"objectives": ["flops"]})


def test_a_record_of_the_third_version_has_no_baselines() -> None:
    old = spec(search={"baselines": True}).model_dump(mode="json") | {"version": 3}
    del old["search"]["baselines"]
    read = StudySpec.model_validate(old)
    assert not read.search.baselines
    assert not read.search_space.baselines
    assert "baselines" not in old["search"]


def test_a_record_of_the_fifth_version_gives_budgets_no_weight() -> None:
    old = spec(budgets={"flops": "3M"}).model_dump(mode="json") | {"version": 5}
    del old["search"]["budget_weight"]
    assert StudySpec.model_validate(old).limit_weight == 0
    assert spec(budgets={"flops": "3M"}).limit_weight == 4
    assert spec().limit_weight == 0  # there is no budget


def test_a_record_of_this_version_stays_as_it_is() -> None:
    kept = spec(search={"objectives": ["flops"]}).model_dump(mode="json")
    assert kept["version"] == VERSION
    assert migrated(kept) == kept
    assert StudySpec.model_validate(kept).reference.costs.keys() == {"flops"}


def test_a_record_of_a_later_version_is_refused() -> None:
    with pytest.raises(NewerRecordError) as raised:
        migrated(of_version_1() | {"version": VERSION + 1})
    assert (raised.value.version, raised.value.known) == (VERSION + 1, VERSION)


def test_a_record_that_lacks_what_its_version_has_is_refused(tmp_path: Path) -> None:
    old = of_version_1() | {"reference": {"accuracy": 0.1, "params": 300_000}}
    with pytest.raises(IncompleteRecordError) as raised:
        migrated(old)
    assert (raised.value.version, raised.value.key) == (1, "flops")
    url = f"sqlite:///{tmp_path / 'study.db'}"
    record = StudyRecord.create(url, "tiny", spec())
    record._storage.set_study_user_attr(record._study_id, SPEC, old)
    with pytest.raises(OtherVersionError):
        StudyRecord.open(url, "tiny")
