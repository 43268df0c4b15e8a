"""Where a network looks: Grad-CAM, by Captum."""

import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor, nn


def grad_cam(model: nn.Module, layer: nn.Module, images: Tensor, label: int) -> Tensor:
    """Returns how much each position speaks for a class.

    See Selvaraju et al., ICCV 2017, https://arxiv.org/abs/1610.02391.

    Args:
        model: in evaluation mode, from (batch, 3, height, width) to logits.
        layer: one of its modules, usually the last with a feature map.
        images: (batch, 3, height, width) floats, normalised.
        label: index of the class.

    Returns:
        (batch, height, width), from 0 to 1 at the strongest position of each image; all 0 where none speaks for it.
    """
    with torch.enable_grad():
        attribution = LayerGradCam(model, layer).attribute(images, target=label, relu_attributions=True)
    assert isinstance(attribution, Tensor)
    whole: Tensor = LayerAttribution.interpolate(attribution.detach(), images.shape[2:], "bilinear").squeeze(1)
    strongest: Tensor = whole.amax(dim=(1, 2), keepdim=True)
    return whole / strongest.clamp(min=torch.finfo(whole.dtype).tiny)
