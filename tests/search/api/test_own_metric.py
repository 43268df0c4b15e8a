"""Whether code of a user's own may run, and that keys and checkpoints know which code it was."""

from pathlib import Path
from random import Random

import pytest

from search.api.own_metric import ChangedMetricError, allowed_metric, resumed_metric
from search.artifacts.blueprint import FoundBySection, OwnMetricSection
from search.artifacts.network import MeasuredSection
from search.errors import ArgumentError, CodeNotAllowedError
from search.ray_backend.worker_failure import WorkerFailure
from search.render.comparison import Comparison, IncomparableObjectivesError
from search.render.frames import front_frame, trial_frame
from search.render.front_table import front_rows
from search.study.folder import RunFolder
from search.study.spec import StudySpec
from tests.own_metrics import BROKEN, MODULE, own
from tests.search.factory import fill, new_run, result, settings, spec


def searching(function: str = "f2", source: str = MODULE) -> StudySpec:
    """A search that maximises a function of a module."""
    plain = spec(search={"metric": f"my_metrics:{function}"})
    return plain.model_copy(update={"own_metric": own(function, source)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the module."""
    (tmp_path / "my_metrics.py").write_text(MODULE)
    return tmp_path


def test_it_is_read_where_it_is_allowed_alone(folder: Path) -> None:
    assert allowed_metric("my_metrics:f2", "my_metrics:f2", folder) == own("f2")
    assert allowed_metric("accuracy", None, folder) is None
    for allowed in (None, "my_metrics:right", "my_metrics", "f2"):
        with pytest.raises(CodeNotAllowedError) as refused:
            allowed_metric("my_metrics:f2", allowed, folder)
        assert (refused.value.path, refused.value.allowed) == ("my_metrics:f2", allowed)
    with pytest.raises(ArgumentError) as needless:
        allowed_metric("accuracy", "my_metrics:f2", folder)
    assert (needless.value.argument, needless.value.got) == ("allow_code", "my_metrics:f2")


def test_a_search_goes_on_with_the_source_that_it_began_with(folder: Path) -> None:
    resumed_metric(searching(), "my_metrics:f2", folder)
    resumed_metric(spec(), None, folder)
    changed = MODULE.replace("beta=2", "beta=3")
    with pytest.raises(ChangedMetricError) as refused:
        resumed_metric(searching(source=changed), "my_metrics:f2", folder)
    assert refused.value.path == "my_metrics:f2"
    assert "beta" in MODULE.splitlines()[(refused.value.line_number or 0) - 1]


def test_code_in_a_record_that_names_another_metric_does_not_run(folder: Path) -> None:
    forged = spec().model_copy(update={"own_metric": own("divides", BROKEN)})
    with pytest.raises(ChangedMetricError):
        resumed_metric(forged, None, folder)
    other = searching("f2").model_copy(update={"own_metric": own("right")})
    with pytest.raises(ChangedMetricError):
        resumed_metric(other, "my_metrics:f2", folder)


def test_path_and_source_are_parts_of_the_key() -> None:
    network = spec().search_space.sample(Random(0))
    searches = [spec(), searching(), searching(source=MODULE + "\n"), searching("right")]
    assert len({search.key_of(network, 0) for search in searches}) == 4


def test_it_comes_back_from_json_and_is_the_metric_of_the_search() -> None:
    search = searching()
    assert StudySpec.model_validate_json(search.model_dump_json()) == search
    assert (search.metric.name, search.metric.label) == ("f2", "f2")
    assert search.objectives[0].name == "f2"
    assert search.standard_error(0.5, 0.25) == 0.25
    found = FoundBySection.of(search, "mine").own_metric
    assert found is not None
    assert (found.path, found.sha256) == ("my_metrics:f2", own("f2").sha256)
    assert FoundBySection.of(spec(), "mine").own_metric is None


def test_searches_with_different_sources_are_not_compared(tmp_path: Path) -> None:
    sides = []
    for source in (MODULE, MODULE + "\n"):
        search = searching(source=source).model_copy(update={"name": f"run-{len(sides)}"})
        folder, record = RunFolder.create(tmp_path, settings(search.name, search={"metric": "my_metrics:f2"}), search)
        fill(record, [result(0.5)])
        sides.append(folder)
    with pytest.raises(IncomparableObjectivesError):
        Comparison.of(sides)


def test_every_other_trial_would_fail_in_the_same_way() -> None:
    with pytest.raises(ValueError, match="raised") as raised:
        own("divides", BROKEN).load().try_out(3)
    failure = WorkerFailure._raised(raised.value)
    assert failure.is_fatal
    assert "my_metrics:divides" in failure.reason
    assert raised.value.remedy not in failure.reason, "this run refuses the function as corrected"
    assert "another name" in failure.remedy


def test_names_of_values_beside_the_metric_are_refused(tmp_path: Path) -> None:
    _, record = new_run(tmp_path)
    fill(record, [result(0.5)])
    trials = record.ended()
    frames = front_frame(record.spec, trials), trial_frame(record.spec, trials)
    shown = {name for frame in frames for name in (*frame.columns, *frame.index.names)}
    shown |= front_rows(record.spec, trials)[0].to_dict().keys()
    shown |= MeasuredSection.model_fields.keys() - {"metrics", "costs"}
    for name in shown:
        with pytest.raises(ValueError, match=r"search\.metric"):
            settings(search={"metric": f"my_metrics:{name}"})


@pytest.mark.parametrize("path", ["f2", "my_metrics:f2; rm", "my metrics:f2", "my_metrics:f2\n"])
def test_a_network_names_a_function_and_nothing_else(path: str) -> None:
    assert OwnMetricSection(path="my_metrics:f2", sha256="a" * 64).path == "my_metrics:f2"
    with pytest.raises(ValueError, match="path"):
        OwnMetricSection(path=path, sha256="a" * 64)


@pytest.mark.parametrize(
    "name",
    [
        "my_metrics",
        "my_metrics:",
        ":f",
        "my metrics:f",
        "my_metrics:f:g",
        "./my_metrics:f",
        "m:accuracy",
        "m:loss",
        "m:images",
        "m:flops",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    assert settings(search={"metric": "a.b_c:f2"}).search.metric == "a.b_c:f2"
    with pytest.raises(ValueError, match=r"search\.metric"):
        settings(search={"metric": name})
