"""Checkpoints: the last that is whole is the one that counts."""

from pathlib import Path

import pytest
import torch

from pipelines.training.checkpoint import DamagedCheckpointsError, last_checkpoint, save_checkpoint


def save(folder: Path, epochs_done: int) -> Path:
    """A checkpoint, and its file."""
    state = {"model.weight": torch.full((3,), float(epochs_done)), "epochs_done": torch.tensor(epochs_done)}
    save_checkpoint(folder, state, {"seconds": epochs_done / 10, "names": ["a", "ü"]})
    (path,) = folder.glob(f"epoch-{epochs_done:05d}-*")
    return path


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    save(tmp_path, 7)
    last = last_checkpoint(tmp_path)
    assert last is not None
    assert last.state.keys() == {"model.weight", "epochs_done"}
    assert last.state["model.weight"].tolist() == [7.0] * 3
    assert last.notes == {"seconds": 0.7, "names": ["a", "ü"]}
    assert last.damaged == ()


def test_where_there_never_was_one_there_is_none(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path / "nowhere") is None


def test_the_last_two_are_kept_in_the_order_of_epochs(tmp_path: Path) -> None:
    for epochs in (8, 9, 10, 11):
        save(tmp_path, epochs)
    assert [path.name[:11] for path in sorted(tmp_path.iterdir())] == ["epoch-00010", "epoch-00011"]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_file_is_passed_over_for_the_one_before_it_and_named(tmp_path: Path, damage: str) -> None:
    save(tmp_path, 1)
    path = save(tmp_path, 2)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1  # in the midst of a weight: the format itself does not notice
    path.write_bytes({"cut": content[:-7], "flip": content, "empty": b""}[damage])
    last = last_checkpoint(tmp_path)
    assert last is not None
    assert int(last.state["epochs_done"]) == 1
    assert last.damaged == (path.name,)


def test_where_all_are_damaged_that_is_said(tmp_path: Path) -> None:
    paths = [save(tmp_path, epochs) for epochs in (1, 2)]
    for path in paths:
        path.write_bytes(b"nothing of the kind")
    with pytest.raises(DamagedCheckpointsError) as refused:
        last_checkpoint(tmp_path)
    assert refused.value.folder == tmp_path
    assert refused.value.damaged == (paths[1].name, paths[0].name)


def test_what_a_kill_left_half_written_is_not_looked_at(tmp_path: Path) -> None:
    save(tmp_path, 1)
    (tmp_path / ".epoch-00002-0.partial-1234.safetensors").write_bytes(b"half")
    last = last_checkpoint(tmp_path)
    assert last is not None
    assert last.damaged == ()
