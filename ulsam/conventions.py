"""The conventions of libraries: details of layers on which trained weights depend.

- ``torch``: as published and in torchvision: padding on all sides, norms with an epsilon of 1e-5.
- ``timm``: every ReLU is clipped at 6, in MobileNet-V1 too. In timm, pixels range from -1 to 1, with 0 around the
  image. Here, pixels are normalised, and the border has the same grey.
- ``keras``: as ``timm``; where the stride is 2, maps of even size are padded below and at the right alone, and norms
  have an epsilon of 1e-3.

Costs are the same in all.
"""

from typing import Literal, get_args

Convention = Literal["torch", "timm", "keras"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
EPSILON = {"torch": 1e-5, "timm": 1e-5, "keras": 1e-3}
