"""Arguments from Python have the limits of the command line's options: refused before anything is read or started."""

from collections.abc import Callable
from pathlib import Path

import pytest

import search
from search.api.arguments import check_at_least, check_given
from search.api.cost import cost
from search.api.latency import latency
from search.api.predict import predict
from search.config.yaml_file import NoSuchFileError
from search.errors import ArgumentError

NOWHERE = Path("nowhere")


@pytest.mark.parametrize(
    ("call", "argument", "got"),
    [
        (lambda: search.launch(NOWHERE, trials=0), "trials", 0),
        (lambda: search.launch(NOWHERE, trials=-1, or_resume=True), "trials", -1),
        (lambda: search.resume("nowhere", trials=0), "trials", 0),
        (lambda: search.resume("nowhere", at_least=-1), "at_least", -1),
        (lambda: search.launch(NOWHERE, hours=0), "hours", "0"),
        (lambda: search.resume("nowhere", hours=-0.5), "hours", "-0.5"),
        (lambda: search.train(NOWHERE, NOWHERE, epochs=0), "epochs", 0),
        (lambda: search.train(NOWHERE, NOWHERE, seeds=0), "seeds", 0),
        (lambda: search.train(NOWHERE, NOWHERE, seed=-1), "seed", -1),
        (lambda: search.train(NOWHERE, NOWHERE, workers=0), "workers", 0),
        (lambda: search.train(NOWHERE, NOWHERE, workers=2, cpus=0), "cpus", 0),
        (lambda: search.prepare("digits", NOWHERE, seed=-1), "seed", -1),
        (lambda: latency([]), "networks", None),
        (lambda: latency([NOWHERE], batch=0), "batch", 0),
        (lambda: latency([NOWHERE], threads=0), "threads", 0),
        (lambda: latency([NOWHERE], input_size=0), "input_size", 0),
        (lambda: latency([NOWHERE], repeats=0), "repeats", 0),
        (lambda: latency([NOWHERE], warmup=-1), "warmup", -1),
        (lambda: cost(NOWHERE, input_size=0), "input_size", 0),
        (lambda: predict(NOWHERE, [NOWHERE], top=0), "top", 0),
    ],
)
def test_a_number_that_is_too_small_is_refused_before_a_file_is_read(
    call: Callable[[], object], argument: str, got: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError) as refused:
        call()
    assert (refused.value.argument, refused.value.got) == (argument, got)
    assert not list(tmp_path.iterdir())


def test_the_least_value_and_a_default_are_allowed() -> None:
    check_at_least(1, trials=1, epochs=None)
    check_at_least(0, seed=0)
    check_given(networks=[NOWHERE])


@pytest.mark.parametrize("call", [search.launch, search.plan])
def test_a_file_may_be_named_by_a_string(call: Callable[[str], object]) -> None:
    with pytest.raises(NoSuchFileError) as refused:
        call("nowhere.yaml")
    assert str(refused.value.where) == "nowhere.yaml"
