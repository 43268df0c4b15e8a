"""The precision of forward passes."""

import torch


def precision(device: torch.device) -> torch.autocast:
    """Returns a context of bfloat16 on a GPU that has it, and of full precision elsewhere."""
    wise = device.type == "cuda" and torch.cuda.is_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=wise)
