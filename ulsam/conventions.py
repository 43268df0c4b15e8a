"""Whose details a network's layers have: libraries differ in what trained weights depend on.

- ``torch``: as published and in torchvision: padding on all sides, norms with an epsilon of 1e-5.
- ``timm``: every ReLU is clipped at 6, in MobileNet-V1 too. Pixels went from -1 to 1, with 0 around the image; here
  they are normalised, and what is around the image is the same grey.
- ``keras``: as ``timm``; where the stride is 2, maps of even size are padded below and at the right alone, and norms
  have an epsilon of 1e-3.

Costs are the same in all.
"""

from typing import Literal, get_args

Convention = Literal["torch", "timm", "keras"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
EPSILON = {"torch": 1e-5, "timm": 1e-5, "keras": 1e-3}
