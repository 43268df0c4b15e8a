"""The README of an exported network: what it is, how it was found, how to use it."""

from pathlib import Path

from search.export.network import ARCH_NAME, WEIGHTS_NAME, ExportedNetwork
from search.strategy.front import standard_error


def readme(network: ExportedNetwork, folder: Path) -> str:
    """Markdown for the folder that holds ``network``."""
    arch, data, measured, recipe = network.arch, network.data, network.measured, network.recipe
    origin = network.origin
    found = f"trial {origin.trial} of the search `{origin.run}`" if origin.trial is not None else f"`{origin.run}`"
    chosen = (
        "The network was chosen by its validation accuracy, which therefore flatters it a little. "
        if origin.trial is not None
        else ""
    )
    start = "" if origin.pretrained is None else f", from the weights in `{origin.pretrained.file}`"
    error = standard_error(measured.accuracy, measured.images)
    places = "".join(
        f"\n- block {place.block}: {'after it' if place.mode == 'insert' else 'in its place'}, "
        f"{f'ULSAM with g = {place.groups}' if place.attention == 'ulsam' else place.attention}"
        for place in arch.placements
    )
    return f"""# {arch.arch_id}

{arch.backbone} at width {arch.width:g} for {len(data.classes)} classes of `{data.name}`, {recipe.input_size} px.

| | |
| --- | --- |
| validation accuracy | {measured.accuracy:.2%} ± {error * 100:.2f} ({measured.correct} of {measured.images} images) |
| parameters | {measured.params:,} |
| FLOPs (multiply-adds) | {measured.flops:,} |
| trained | {measured.epochs} epochs, seed {measured.seed}, on {measured.device}{start} |
| found by | {found}, ulsam-search {origin.version} |

Attention (ULSAM: https://arxiv.org/abs/2006.15102):{places or " nowhere, a plain network"}

{chosen}The test split was not looked at.
`ulsam-search evaluate {folder}` scores both, `ulsam-search train {folder / ARCH_NAME}` trains it for longer.

```python
import torch, yaml
from safetensors.torch import load_file
from ulsam import ArchConfig, build_model

network = yaml.safe_load(open("{folder / ARCH_NAME}"))
model = build_model(ArchConfig.from_dict(network["arch"])).eval()
model.load_state_dict(load_file("{folder / WEIGHTS_NAME}"))
mean, std = (torch.tensor(network["data"][key]).view(3, 1, 1) for key in ("mean", "std"))
image = torch.rand(3, {recipe.input_size}, {recipe.input_size})  # RGB, from 0 to 1
print(network["data"]["classes"][model(((image - mean) / std).unsqueeze(0)).argmax()])
```
"""
