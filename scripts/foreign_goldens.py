"""What networks of other libraries answer, for tests/ulsam/foreign: names and shapes of their weights, and logits.

    python scripts/foreign_goldens.py timm  tests/ulsam/foreign/timm.json
    python scripts/foreign_goldens.py timm-attention tests/ulsam/foreign/timm_attention.json
    python scripts/foreign_goldens.py keras tests/ulsam/foreign/keras.json

in an environment of its own with timm, or with Keras and a backend: neither is needed to run or to test this package.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.ulsam.foreign.filled import CHANNELS, SIZE, feature_map, image, values

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


def of_timm_attention() -> dict[str, Any]:
    """By the name of a mechanism here."""
    import torch
    from timm.layers import EcaModule, GlobalContext  # type: ignore[import-not-found]
    from timm.layers.coord_attn import CoordAttn  # type: ignore[import-not-found]

    made = {
        "eca": EcaModule(CHANNELS),
        "coordinate": CoordAttn(CHANNELS, rd_channels=8),
        "global_context": GlobalContext(CHANNELS, fuse_add=True, fuse_scale=False, rd_ratio=1 / 16),
    }
    made["global_context"].mlp_add.norm.eps = 1e-5  # as in the code of its authors
    found = {}
    for name, module in made.items():
        state = module.eval().state_dict()
        shapes = {key: list(tensor.shape) for key, tensor in state.items()}
        filled = {key: torch.from_numpy(values(key, tuple(shape))) for key, shape in shapes.items() if shape}
        module.load_state_dict(state | filled)
        outputs = module(torch.from_numpy(feature_map())).flatten().tolist()
        found[name] = {"shapes": shapes, "outputs": [float(f"{output:.7g}") for output in outputs]}
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
    make = {"timm": of_timm, "timm-attention": of_timm_attention, "keras": of_keras}[library]
    Path(out).write_text(json.dumps(make()) + "\n", encoding="utf-8")
