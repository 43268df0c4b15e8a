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
    NoWeightsFileError,
    OtherNetworkError,
    load_weights,
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


def test_two_names_for_one_tensor_are_written_twice(tmp_path: Path) -> None:
    tied = torch.arange(6.0).reshape(2, 3)
    save_weights({"one": tied, "other": tied.T}, tmp_path / "weights.safetensors")
    read = read_weights(tmp_path / "weights.safetensors")
    assert torch.equal(read["one"], tied)
    assert torch.equal(read["other"], tied.T)
