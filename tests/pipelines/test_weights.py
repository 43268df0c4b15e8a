"""Weights on disk: whole or absent, refused when they do not fit."""

import errno
import pickle
import resource
from pathlib import Path

import pytest
import torch
from torch import nn

from pipelines.weights import (
    DamagedError,
    NoStateDictError,
    NotWeightsError,
    NoWeightsFileError,
    OtherNetworkError,
    load_weights,
    read_pretrained,
    read_weights,
    save_weights,
)


def test_weights_come_back(tmp_path: Path) -> None:
    source = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    target = nn.Conv2d(3, 4, 3)
    save_weights(source.state_dict(), tmp_path / "deep" / "a.safetensors")
    load_weights(target, tmp_path / "deep" / "a.safetensors")
    assert torch.equal(source.weight, target.weight)
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.safetensors"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_weights({"a": torch.ones(2)}, path)
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        with pytest.raises(OSError, check=lambda error: error.errno == errno.EFBIG):
            save_weights({"a": torch.zeros(1 << 20)}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_refuses_what_is_missing_damaged_or_anothers(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(NoWeightsFileError) as refused:
        load_weights(nn.Linear(2, 3), path)
    save_weights(nn.Linear(2, 3).state_dict(), path)
    assert refused.value.where == str(path)
    with pytest.raises(OtherNetworkError):
        load_weights(nn.Linear(2, 4), path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(DamagedError):
        load_weights(nn.Linear(2, 3), path)


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (tmp_path.joinpath("ran").write_text, ("",))

    path = tmp_path / "a.safetensors"
    path.write_bytes(pickle.dumps(Hostile()))
    with pytest.raises(DamagedError):
        load_weights(nn.Linear(2, 3), path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("key", [None, "model", "state_dict"])
def test_pytorchs_own_files_are_read(tmp_path: Path, key: str | None) -> None:
    state = nn.Linear(2, 3).state_dict()
    torch.save(state if key is None else {key: state, "epoch": 3}, tmp_path / "a.pth")
    read = read_pretrained(tmp_path / "a.pth")
    assert read.keys() == state.keys()
    assert all(torch.equal(read[name], state[name]) for name in state)
    save_weights(state, tmp_path / "a.safetensors")
    assert read_pretrained(tmp_path / "a.safetensors").keys() == state.keys()


def test_a_pretrained_file_is_never_run_and_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (tmp_path.joinpath("ran").write_text, ("",))

    path = tmp_path / "a.pth"
    with pytest.raises(NoWeightsFileError) as refused:
        read_pretrained(path)
    assert refused.value.where == str(path)
    torch.save(Hostile(), path)
    with pytest.raises(NotWeightsError):
        read_pretrained(path)
    assert not (tmp_path / "ran").exists()
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(NotWeightsError):
        read_pretrained(path)
    path.write_bytes(b"")
    with pytest.raises(NotWeightsError):
        read_pretrained(path)
    torch.save({"epoch": 3, "weight": torch.ones(2)}, path)
    with pytest.raises(NoStateDictError):
        read_pretrained(path)


def test_two_names_for_one_tensor_are_written_twice(tmp_path: Path) -> None:
    tied = torch.arange(6.0).reshape(2, 3)
    save_weights({"one": tied, "other": tied.T}, tmp_path / "weights.safetensors")
    read = read_weights(tmp_path / "weights.safetensors")
    assert torch.equal(read["one"], tied)
    assert torch.equal(read["other"], tied.T)
