"""Passes without a graph; those with one need a GPU."""

from contextlib import nullcontext

import pytest
import torch
from torch import Tensor, nn

from pipelines.training.cuda_graph import CapturedPass


@pytest.mark.parametrize("words", ["CUDA error: out of memory", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED"])
def test_where_memory_holds_no_graph_passes_run_as_they_are(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """The capture is made up, and so is its failure: both need a GPU."""
    monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
    capturing: list[bool] = []

    def graph(_: object) -> nullcontext[None]:
        capturing.append(True)
        return nullcontext()

    monkeypatch.setattr(torch.cuda, "graph", graph)

    def work(images: Tensor, targets: Tensor) -> Tensor:
        if capturing and capturing.pop():
            raise RuntimeError(words)
        return (images - targets).sum()

    passes = CapturedPass(nn.Linear(2, 2))
    losses = [float(passes.run(work, torch.ones(4, 2), torch.zeros(4, 2))) for _ in range(6)]
    assert losses == [8.0] * 6
