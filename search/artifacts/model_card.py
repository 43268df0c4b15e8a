"""The README of an exported network: what it is, how it was found, how to use it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from pipelines.training.metrics import metrics_in
from search.analysis.score_intervals import score_intervals
from search.artifacts.cost_rows import cost_rows
from search.artifacts.formats.names import FormatName
from search.artifacts.formats.write import describe_formats
from search.artifacts.latency_section import LatencySection
from search.artifacts.network import ARCH_NAME, INT8_NAME, WEIGHTS_NAME, ExportedNetwork, MeasuredSection
from search.command import command, quoted
from spaces import KNOWN_COSTS, KnownCost
from ulsam import ArchConfig


def readme(
    network: ExportedNetwork,
    folder: Path,
    formats: Sequence[FormatName],
    known_costs: Iterable[KnownCost] = KNOWN_COSTS,
) -> str:
    """Returns the Markdown of a model card in Hugging Face's form for ``network``.

    Args:
        network: the exported network.
        folder: of the exported network; the commands in the card name it.
        formats: the formats for other programs whose files are in the folder; empty: none.
        known_costs: the costs to show, in the order shown.
    """
    arch, data, measured = network.arch, network.data, network.measured
    origin = network.origin
    run = code(origin.run, in_table=True)
    found = f"trial {origin.trial} of the search {run}" if origin.trial is not None else run
    chosen = (
        "The search selected the network by its score on the validation images, so that score is slightly too high. "
        if origin.trial is not None
        else ""
    )
    began = None if origin.pretrained is None else origin.pretrained.file
    start = "" if began is None else f", from the weights in {code(began, in_table=True)}"
    taught = None if origin.teacher is None else origin.teacher.folder
    start += "" if taught is None else f", distilled from the network in {code(taught, in_table=True)}"
    again: list[str | Path] = [] if began is None else ["--pretrained", Path(began)]
    again += [] if taught is None else ["--teacher", Path(taught)]
    longer = command("train", folder / ARCH_NAME, *again)
    interval = score_intervals(measured.score)["accuracy"].describe("images")
    nowhere = " none" if arch.removed else " none, a plain network"
    placements = "".join(
        f"\n- {'after' if placement.mode == 'insert' else 'in place of'} block {placement.block}: "
        f"{f'ULSAM with g = {placement.groups}' if placement.attention == 'ulsam' else placement.attention}"
        for placement in arch.placements
    )
    return f"""{_front_matter(network)}
# {arch.arch_id}

{_built(arch)} for {len(data.classes)} classes of {code(data.name)}, {network.input_size} px.

| | |
| --- | --- |
| validation accuracy | {measured.accuracy:.2%} ({measured.correct} of {_images(measured)}); {interval} |
{_metric_rows(measured)}{cost_rows(measured.costs, known_costs)}{_time_rows(measured)}{_gain_rows(measured)}
| trained | {measured.epochs} epochs, seed {measured.seed}, {_where(measured)}{start} |
| found by | {found}, ulsam-search {origin.version} |

Attention (ULSAM: https://arxiv.org/abs/2006.15102):{placements or nowhere}

{chosen}The test split was not used.

- {code(command("evaluate", folder))} scores the network on both splits.
- {code(longer)} trains the network for longer.
- {code(f"ulsam-search predict {quoted(folder)} PHOTO...")} classifies photographs.

{describe_formats(network, formats)}{_with_ulsam(network)}

{_limits(network)}"""


def code(text: str, *, in_table: bool = False) -> str:
    """Returns ``text`` as inline code in Markdown, whatever characters it has.

    Args:
        text: one line.
        in_table: whether the code goes into a table, where ``|`` must be escaped.
    """
    if in_table:
        text = text.replace("|", r"\|")
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if len(ticks) > 1 else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _built(arch: ArchConfig) -> str:
    """Names the network without its attention."""
    plural = "s" if len(arch.removed) > 1 else ""
    without = f" without block{plural} {', '.join(map(str, arch.removed))}" if arch.removed else ""
    return f"{arch.backbone} at width {arch.width:g}{without}"


def _images(measured: MeasuredSection) -> str:
    """Names the images of the score."""
    return f"{measured.images} images" + ("" if measured.fold is None else f", {measured.fold} of train and val")


def _metric_rows(measured: MeasuredSection) -> str:
    """Returns a row of the table for each metric except accuracy, with its interval where its error is known."""
    intervals = score_intervals(measured.score)
    rows = ""
    for metric in metrics_in(measured.score.further):
        said = f"; {intervals[metric.name].describe('images')}" if metric.name in intervals else ""
        rows += f"| validation {metric.label} | {metric.in_words(measured.metrics[metric.name])}{said} |\n"
    return rows


def _time_rows(measured: MeasuredSection) -> str:
    """Returns rows of the table for what was measured of calls; empty where nothing was."""
    return _latency_row(measured.latency) + _int8_row(measured)


def _int8_row(measured: MeasuredSection) -> str:
    """Returns a row of the table; empty where the network was not quantized."""
    if measured.int8 is None:
        return ""
    return f"\n| quantized (`{INT8_NAME}`) | {'; '.join(measured.int8.describe(measured.accuracy))} |"


def _latency_row(latency: LatencySection | None) -> str:
    """Returns a row of the table; empty where no latency was measured."""
    if latency is None:
        return ""
    spread = f"25th to 75th percentile: {latency.lower_ms:.3f} to {latency.upper_ms:.3f}"
    return f"\n| latency | {latency.ms:.3f} ms per call ({spread}), {latency.conditions} |"


def _gain_rows(measured: MeasuredSection) -> str:
    """Returns rows of the table for what the network gains over others that were trained in the same way."""
    gains = {
        "gain over plain networks": measured.over_plain,
        "compared with the best plain network": measured.over_best_plain,
        "gain over removing blocks": measured.over_control,
    }
    return "".join(f"\n| {name} | {gain.said} |" for name, gain in gains.items() if gain is not None)


def _where(measured: MeasuredSection) -> str:
    together = f"by a group of {measured.workers} workers; scored " if measured.workers > 1 else ""
    return f"{together}on {measured.device}"


def _front_matter(network: ExportedNetwork) -> str:
    """Returns the metadata that the Hub reads: https://huggingface.co/docs/hub/model-cards."""
    arch, measured = network.arch, network.measured
    dataset = {"name": network.data.name, "type": network.data.name, "split": "validation"}
    names = [metric.name for metric in metrics_in(measured.metrics)]
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


def _with_ulsam(network: ExportedNetwork) -> str:
    """Shows how a program builds and runs the network with this package's ``ulsam``."""
    size = network.input_size
    return f"""## With torch and `ulsam`

In this folder:

```python
import torch, yaml
from safetensors.torch import load_file
from ulsam import ArchConfig, build_model

network = yaml.safe_load(open("{ARCH_NAME}"))
model = build_model(ArchConfig.from_dict(network["arch"])).eval()
model.load_state_dict(load_file("{WEIGHTS_NAME}"))
mean, std = (torch.tensor(network["data"][key]).view(3, 1, 1) for key in ("mean", "std"))
image = torch.rand(3, {size}, {size})  # RGB, from 0 to 1
print(network["data"]["classes"][model(((image - mean) / std).unsqueeze(0)).argmax()])
```"""


def _limits(network: ExportedNetwork) -> str:
    """Says what the network can't do, and what it may be used for."""
    data, pretrained, teacher = network.data, network.origin.pretrained, network.origin.teacher
    fitted = "" if pretrained is None else f" and from {code(pretrained.file)}"
    fitted += "" if teacher is None else f" and from the outputs of the network in {code(teacher.folder)}"
    return f"""## Limits

The network knows only these {len(data.classes)} classes: for a photograph of anything else, the network also
predicts one of them, often with a high probability. The network was trained on the middle square of each photograph, at
{data.image_size} pixels. The accuracy on photographs of another kind (camera, light, place) has not been measured.

## License

The code of the network is part of ulsam-search (SPDX-License-Identifier: Apache-2.0). The weights were trained on
{code(data.name)}{fitted}: before you pass them on, make sure that the license of the data permits this.
"""
