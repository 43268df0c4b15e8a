"""What timing needs, on any device."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


def wait(device: torch.device) -> None:
    """Waits until the device has finished its work: a GPU works while Python goes on."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Lets torch use ``number`` threads within the context, and the former number afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
