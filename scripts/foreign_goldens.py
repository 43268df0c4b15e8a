"""What networks of other libraries answer, for tests/ulsam/foreign: names and shapes of their weights, and logits.

    python scripts/foreign_goldens.py timm  tests/ulsam/foreign/timm.json
    python scripts/foreign_goldens.py keras tests/ulsam/foreign/keras.json

in an environment of its own with timm, or with Keras and a backend: neither is needed to run or to test this package.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.ulsam.foreign.filled import SIZE, image, values

CLASSES = 5


def of_timm() -> dict[str, Any]:
    """By timm's name of a network."""
    import timm  # type: ignore[import-not-found]
    import torch

    found = {}
    for name in ("mobilenetv2_035", "mobilenetv1_100", "mobilenetv1_100h"):
        model = timm.create_model(name, num_classes=CLASSES).eval()
        state = model.state_dict()
        shapes = {key: list(tensor.shape) for key, tensor in state.items()}
        filled = {key: torch.from_numpy(values(key, tuple(shape))) for key, shape in shapes.items() if shape}
        model.load_state_dict(state | filled)
        mean, std = (torch.tensor(model.default_cfg[key]).view(3, 1, 1) for key in ("mean", "std"))
        logits = model(((torch.from_numpy(image()) - mean) / std).unsqueeze(0))[0].tolist()
        found[name] = {"shapes": shapes, "logits": logits}
    return found


def of_keras() -> dict[str, Any]:
    """By backbone and width, with the paths of weights in a file."""
    import keras  # type: ignore[import-not-found]

    found = {}
    for name, make, width in (
        ("mobilenet_v1 0.25", keras.applications.MobileNet, 0.25),
        ("mobilenet_v2 0.35", keras.applications.MobileNetV2, 0.35),
    ):
        model = make(
            weights=None, alpha=width, input_shape=(SIZE, SIZE, 3), classes=CLASSES, classifier_activation=None
        )
        for weight in model.weights:
            weight.assign(values(weight.path, tuple(weight.shape)))
        shapes = {weight.path: list(weight.shape) for weight in model.weights}
        logits = model(2 * image().transpose(1, 2, 0)[np.newaxis] - 1, training=False)
        found[name] = {"shapes": shapes, "logits": np.asarray(logits)[0].tolist()}
    return found


if __name__ == "__main__":
    library, out = sys.argv[1:]
    Path(out).write_text(json.dumps({"timm": of_timm, "keras": of_keras}[library]()) + "\n", encoding="utf-8")
