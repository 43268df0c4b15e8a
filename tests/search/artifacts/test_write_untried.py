"""A network that was never trained, and the command that trains it as its search would have."""

import shlex
from pathlib import Path

from search.artifacts.write_untried import train_command
from tests.folders import ODD, pasted
from tests.search.factory import spec


def test_the_command_names_the_data_and_the_weights_to_start_from() -> None:
    search = spec("photos")
    plain = shlex.split(train_command(search, Path("next")))
    data = str(search.data.folder)
    assert plain == ["ulsam-search", "train", "next/arch.yaml", "--data", data, "--out", "next-trained"]
    started = shlex.split(train_command(search, Path("next"), Path("my run/weights.safetensors")))
    odd = pasted(train_command(search, Path("-next", ODD), Path(ODD, "start.pth")), Path())
    assert odd[1] == f"./-next/{ODD}/arch.yaml"
    assert odd[-4:] == ["--pretrained", f"{ODD}/start.pth", "--out", f"./-next/{ODD}-trained"]
    assert started[-4:] == ["--pretrained", "my run/weights.safetensors", "--out", "next-trained"]
