"""Files of tensors that other programs wrote: read as data, or refused."""

import pickle
from argparse import Namespace
from pathlib import Path
from zipfile import ZipFile

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from pipelines.errors import WeightsError
from pipelines.tensor_files import (
    HoldsCodeError,
    NoStateDictError,
    NotWeightsError,
    read_tensors,
)
from pipelines.weights import DamagedError, NoWeightsFileError, save_weights
from pipelines.weights_file import weights_file


@pytest.mark.parametrize("key", [None, "model", "state_dict", "net", "model_ema", "state_dict_ema"])
def test_pytorchs_own_files_are_read(tmp_path: Path, key: str | None) -> None:
    state = nn.Linear(2, 3).state_dict()
    torch.save(state if key is None else {key: state, "epoch": 3}, tmp_path / "a.pth")
    read = read_tensors(tmp_path / "a.pth").tensors
    assert read.keys() == state.keys()
    assert all(torch.equal(read[name], state[name]) for name in state)
    save_weights(state, tmp_path / "a.safetensors")
    assert read_tensors(tmp_path / "a.safetensors").tensors.keys() == state.keys()


def test_a_pretrained_file_is_never_run_and_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (tmp_path.joinpath("ran").write_text, ("",))

    path = tmp_path / "a.pth"
    with pytest.raises(NoWeightsFileError) as refused:
        read_tensors(path)
    assert refused.value.where == str(path)
    torch.save(Hostile(), path)
    with pytest.raises(HoldsCodeError, check=lambda error: error.code != ""):
        read_tensors(path)
    assert not (tmp_path / "ran").exists()
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(NotWeightsError):
        read_tensors(path)
    path.write_bytes(b"")
    with pytest.raises(NotWeightsError):
        read_tensors(path)
    torch.save({"epoch": 3, "weight": torch.ones(2)}, path)
    with pytest.raises(NoStateDictError):
        read_tensors(path)


def test_averaged_weights_come_before_those_they_are_of(tmp_path: Path) -> None:
    last, averaged = {"weight": torch.zeros(2)}, {"weight": torch.ones(2)}
    torch.save({"model": last, "model_ema": averaged}, tmp_path / "torchvision.pth")
    torch.save({"state_dict": last, "state_dict_ema": averaged}, tmp_path / "timm.pth.tar")
    torch.save({"model": last, "model_ema": None}, tmp_path / "none.pth")
    assert read_tensors(tmp_path / "torchvision.pth").tensors["weight"].tolist() == [1, 1]
    assert read_tensors(tmp_path / "timm.pth.tar").tensors["weight"].tolist() == [1, 1]
    assert read_tensors(tmp_path / "none.pth").tensors["weight"].tolist() == [0, 0]


def test_a_scripts_options_beside_the_weights_hinder_nothing(tmp_path: Path) -> None:
    state = {"module.weight": torch.ones(2)}
    torch.save({"state_dict": state, "args": Namespace(lr=0.1, opt={"name": "sgd"})}, tmp_path / "a.ckpt")
    assert read_tensors(tmp_path / "a.ckpt").tensors.keys() == state.keys()


def test_a_whole_model_is_refused_with_the_way_to_save_its_tensors(tmp_path: Path) -> None:
    torch.save(nn.Sequential(nn.Linear(2, 3)), tmp_path / "whole.pth")
    with pytest.raises(HoldsCodeError) as refused:
        read_tensors(tmp_path / "whole.pth")
    assert (refused.value.code, refused.value.where) == (
        "torch.nn.modules.container.Sequential",
        str(tmp_path / "whole.pth"),
    )
    assert "torch.save(model.state_dict()" in refused.value.remedy
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(nn.Linear(2, 3)))
    with pytest.raises(NotWeightsError):
        read_tensors(tmp_path / "plain.pkl")


def test_the_one_safetensors_file_of_a_folder_is_meant(tmp_path: Path) -> None:
    save_weights({"a": torch.ones(2)}, tmp_path / "weights.safetensors")
    (tmp_path / "README.md").touch()
    assert weights_file(tmp_path) == tmp_path / "weights.safetensors"
    assert read_tensors(tmp_path).tensors["a"].tolist() == [1, 1]
    save_weights({"a": torch.ones(2)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, check=lambda error: error.where == str(tmp_path)):
        read_tensors(tmp_path)


def hdf5(path: Path, arrays: dict[str, NDArray[np.float32]]) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array
    return path


def test_arrays_in_hdf5_are_called_by_their_paths(tmp_path: Path) -> None:
    arrays = {"dense/kernel:0": np.ones((2, 3), np.float32), "dense/bias:0": np.zeros(3, np.float32)}
    hdf5(tmp_path / "a.h5", arrays)
    found = read_tensors(tmp_path / "a.h5").tensors
    assert {name: tensor.tolist() for name, tensor in found.items()} == {
        name: array.tolist() for name, array in arrays.items()
    }
    with ZipFile(tmp_path / "a.keras", "w") as archive:
        archive.write(tmp_path / "a.h5", "model.weights.h5")
    assert read_tensors(tmp_path / "a.keras").tensors.keys() == arrays.keys()


def test_hdf5_that_is_damaged_or_points_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoWeightsFileError):
        read_tensors(tmp_path / "none.h5")
    (tmp_path / "text.h5").write_text("not weights")
    with pytest.raises(DamagedError):
        read_tensors(tmp_path / "text.h5")
    (tmp_path / "text.keras").write_text("not weights")
    with pytest.raises(DamagedError):
        read_tensors(tmp_path / "text.keras")
    hdf5(tmp_path / "empty.h5", {})
    with pytest.raises(NoStateDictError):
        read_tensors(tmp_path / "empty.h5")
    (tmp_path / "secret").write_bytes(bytes(64))
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        file.create_dataset("a", (16,), "f4", external=[(tmp_path / "secret", 0, 64)])
    with pytest.raises(DamagedError):
        read_tensors(tmp_path / "outside.h5")
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        file.create_dataset("a", (1 << 40,), "f4", chunks=(1 << 20,))
    with pytest.raises(DamagedError):
        read_tensors(tmp_path / "huge.h5")
    hdf5(tmp_path / "other.h5", {"b": np.ones(2, np.float32)})
    with h5py.File(tmp_path / "linked.h5", "w") as file:
        file["a"] = np.ones(2, np.float32)
        file["b"] = h5py.ExternalLink("other.h5", "b")
    assert read_tensors(tmp_path / "linked.h5").tensors.keys() == {"a"}


def test_notes_come_back(tmp_path: Path) -> None:
    save_weights({"a": torch.ones(2)}, tmp_path / "a.safetensors", {"made by": "hand"})
    assert read_tensors(tmp_path / "a.safetensors").notes == {"made by": "hand"}
    save_weights({"a": torch.ones(2)}, tmp_path / "b.safetensors", {})
    assert read_tensors(tmp_path / "b.safetensors").notes == {}
