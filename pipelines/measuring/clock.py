"""What timing needs, on any device."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def wait(device: torch.device) -> None:
    """Until the device has done all that was asked of it: a GPU works on while Python goes on."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Lets torch use ``number`` threads within, and afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
