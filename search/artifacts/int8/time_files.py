"""How long ONNX files take to answer in ONNX Runtime, measured side by side."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from pipelines.measuring.latency import Latency, LatencyConditions
from pipelines.measuring.turns import time_in_turns
from search.artifacts.int8.onnx_network import open_session


def time_files(files: Sequence[Path], input_size: int) -> list[Latency]:
    """Times calls of networks on the CPU in turns: one image at a time, on one thread.

    Args:
        files: ONNX files with one input, (n, 3, size, size).
        input_size: height and width of the image in pixels.
    """
    conditions = LatencyConditions(input_size=input_size)
    pixels = np.random.default_rng(0).uniform(0, 255, (1, 3, input_size, input_size)).astype(np.float32)
    sessions = [open_session(file, conditions.threads) for file in files]
    calls = [partial(session.run, None, {session.get_inputs()[0].name: pixels}) for session in sessions]
    seconds = time_in_turns(calls, warmup=conditions.warmup, repeats=conditions.repeats)
    return [Latency.of(taken, conditions) for taken in seconds]
