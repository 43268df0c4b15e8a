"""The README of an exported network: what it is, how it was found, how to use it."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from pipelines.training import metrics
from search.analysis.interval import accuracy_interval
from search.artifacts.cost_rows import cost_rows
from search.artifacts.network import ARCH_NAME, WEIGHTS_NAME, ExportedNetwork, LatencySection, MeasuredSection
from search.artifacts.portable import CLASSES_NAME, ONNX_NAME, PROGRAM_NAME
from search.command import command, quoted
from spaces import KNOWN_COSTS, KnownCost


def readme(
    network: ExportedNetwork, folder: Path, *, portable: bool, known_costs: Iterable[KnownCost] = KNOWN_COSTS
) -> str:
    """Markdown for the folder that holds ``network``: a model card in Hugging Face's form.

    Args:
        network: what it is of.
        folder: its place.
        portable: ``model.onnx`` and ``model.pt2`` are there too.
        known_costs: how the network's costs are called.
    """
    arch, data, measured, recipe = network.arch, network.data, network.measured, network.recipe
    origin = network.origin
    run = code(origin.run, in_table=True)
    found = f"trial {origin.trial} of the search {run}" if origin.trial is not None else run
    chosen = (
        "The network was chosen by its validation accuracy, which therefore flatters it a little. "
        if origin.trial is not None
        else ""
    )
    began = None if origin.pretrained is None else origin.pretrained.file
    start = "" if began is None else f", from the weights in {code(began, in_table=True)}"
    again = () if began is None else ("--pretrained", Path(began))
    longer = command("train", folder / ARCH_NAME, *again)
    interval = accuracy_interval(measured.correct, measured.images)
    placements = "".join(
        f"\n- block {placement.block}: {'after it' if placement.mode == 'insert' else 'in its place'}, "
        f"{f'ULSAM with g = {placement.groups}' if placement.attention == 'ulsam' else placement.attention}"
        for placement in arch.placements
    )
    return f"""{_front_matter(network)}
# {arch.arch_id}

{arch.backbone} at width {arch.width:g} for {len(data.classes)} classes of {code(data.name)}, {recipe.input_size} px.

| | |
| --- | --- |
| validation accuracy | {measured.accuracy:.2%} ({measured.correct} of {measured.images} images); {interval} |
{_metric_rows(measured)}{cost_rows(measured.costs, known_costs)}{_latency_row(measured.latency)}
| trained | {measured.epochs} epochs, seed {measured.seed}, {_where(measured)}{start} |
| found by | {found}, ulsam-search {origin.version} |

Attention (ULSAM: https://arxiv.org/abs/2006.15102):{placements or " nowhere, a plain network"}

{chosen}The test split was not looked at.
{code(command("evaluate", folder))} scores both, {code(longer)} trains it for longer,
{code(f"ulsam-search predict {quoted(folder)} PHOTO...")} asks it.

{_without_the_search(network) if portable else ""}{_with_ulsam(network, folder)}

{_limits(network)}"""


def code(text: str, *, in_table: bool = False) -> str:
    """``text`` as code in Markdown, whatever characters it has."""
    if in_table:
        text = text.replace("|", r"\|")
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if len(ticks) > 1 else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _metric_rows(measured: MeasuredSection) -> str:
    """A row of the table for each metric beside the accuracy."""
    further = [metric for metric in metrics.METRICS if metric.name in measured.score.further]
    return "".join(
        f"| validation {metric.label} | {metric.in_words(measured.metrics[metric.name])} |\n" for metric in further
    )


def _latency_row(latency: LatencySection | None) -> str:
    """A row of the table, where a latency was measured."""
    if latency is None:
        return ""
    spread = f"middle half {latency.lower_ms:.3f} to {latency.upper_ms:.3f}"
    return f"\n| latency | {latency.ms:.3f} ms a call ({spread}), {latency.conditions} |"


def _where(measured: MeasuredSection) -> str:
    together = f"by {measured.workers} workers together; scored " if measured.workers > 1 else ""
    return f"{together}on {measured.device}"


def _front_matter(network: ExportedNetwork) -> str:
    """What the Hub reads: https://huggingface.co/docs/hub/model-cards."""
    arch, measured = network.arch, network.measured
    dataset = {"name": network.data.name, "type": network.data.name, "split": "validation"}
    names = [metric.name for metric in metrics.METRICS if metric.name in measured.metrics]
    found = [{"type": name, "value": round(measured.metrics[name], 4)} for name in names]
    card = {
        "pipeline_tag": "image-classification",
        "tags": ["ulsam", arch.backbone, "image-classification"],
        "license": "other",
        "license_name": "see-below",
        "metrics": names,
        "model-index": [
            {
                "name": arch.arch_id,
                "results": [{"task": {"type": "image-classification"}, "dataset": dataset, "metrics": found}],
            }
        ],
    }
    return f"---\n{yaml.safe_dump(card, sort_keys=False)}---"


def _with_ulsam(network: ExportedNetwork, folder: Path) -> str:
    """How a program with this package's ``ulsam`` builds and asks it."""
    size = network.recipe.input_size
    return f"""## With torch and `ulsam`

```python
import torch, yaml
from safetensors.torch import load_file
from ulsam import ArchConfig, build_model

network = yaml.safe_load(open({json.dumps(str(folder / ARCH_NAME), ensure_ascii=False)}))
model = build_model(ArchConfig.from_dict(network["arch"])).eval()
model.load_state_dict(load_file({json.dumps(str(folder / WEIGHTS_NAME), ensure_ascii=False)}))
mean, std = (torch.tensor(network["data"][key]).view(3, 1, 1) for key in ("mean", "std"))
image = torch.rand(3, {size}, {size})  # RGB, from 0 to 1
print(network["data"]["classes"][model(((image - mean) / std).unsqueeze(0)).argmax()])
```"""


def _limits(network: ExportedNetwork) -> str:
    """What it can't do, and what it may be used for."""
    data, pretrained = network.data, network.origin.pretrained
    fitted = "" if pretrained is None else f" and from {code(pretrained.file)}"
    return f"""## Limits

It knows these {len(data.classes)} classes and no others: of a photograph of anything else it names one of them all the
same, often with a high probability. It saw the middle square of each photograph, at {data.image_size} pixels. How well
it does on photographs of another kind (camera, light, place) nobody has measured.

## Licence

The code that builds it is ulsam-search's (SPDX-License-Identifier: Apache-2.0). The weights were learnt from
{code(data.name)}{fitted}: whoever passes them on sees to it that the licence of those allows it.
"""


def _without_the_search(network: ExportedNetwork) -> str:
    stored, seen = network.data.image_size, network.recipe.input_size
    resize = "" if stored == seen else f"\n    image = image.resize(({seen}, {seen}), Image.Resampling.BILINEAR)"
    return f"""## Anywhere

`{ONNX_NAME}` and `{PROGRAM_NAME}` (of `torch.export`) take RGB pixels from 0 to 255, (images, 3, {seen}, {seen}),
and give probabilities; the names of the classes are inside. `pip install onnxruntime pillow`, save this as `predict.py`
in this folder, and there `python predict.py PHOTO...`:

```python
import json
import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

session = onnxruntime.InferenceSession("{ONNX_NAME}")
classes = json.loads(session.get_modelmeta().custom_metadata_map["{CLASSES_NAME}"])
for path in sys.argv[1:]:
    image = ImageOps.exif_transpose(Image.open(path))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    image = ImageOps.fit(image.convert("RGB"), ({stored}, {stored}), Image.Resampling.BICUBIC){resize}
    pixels = np.asarray(image, dtype=np.float32).transpose(2, 0, 1)
    (shares,) = session.run(None, {{"pixels": pixels[None]}})
    best = int(shares[0].argmax())
    print(f"{{path}}: {{classes[best]}} {{shares[0][best]:.1%}}")
```

Or with torch alone, on pixels of your own:

```python
import json

import torch

inside = {{"{CLASSES_NAME}": ""}}
model = torch.export.load("{PROGRAM_NAME}", extra_files=inside).module()
classes = json.loads(inside["{CLASSES_NAME}"])
pixels = 255 * torch.rand(1, 3, {seen}, {seen})  # RGB, from 0 to 255
shares = model(pixels)[0]
print(f"{{classes[shares.argmax()]}} {{shares.max():.1%}}")
```

"""
