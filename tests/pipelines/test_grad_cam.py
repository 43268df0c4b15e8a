"""Grad-CAM against its closed form."""

import torch
from torch import nn

from pipelines.grad_cam import grad_cam


class Pooled(nn.Module):
    """A convolution, its mean over positions, a linear layer: where Grad-CAM is the class's weighted map."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1, stride=2)
        self.linear = nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.conv(x).mean(dim=(2, 3)))


def test_equals_the_classs_weighted_map() -> None:
    torch.manual_seed(0)
    model, images = Pooled().eval(), torch.randn(2, 3, 8, 8)
    found = grad_cam(model, model.conv, images, label=2)
    weighted = torch.einsum("bkhw,k->bhw", model.conv(images), model.linear.weight[2]).relu()
    whole = nn.functional.interpolate(weighted.unsqueeze(1), size=(8, 8), mode="bilinear").squeeze(1)
    torch.testing.assert_close(found, whole / whole.amax(dim=(1, 2), keepdim=True))
    assert found.shape == (2, 8, 8)


def test_where_nothing_speaks_for_a_class_it_is_nought() -> None:
    model = Pooled().eval()
    nn.init.zeros_(model.linear.weight)
    assert torch.equal(grad_cam(model, model.conv, torch.randn(1, 3, 8, 8), label=0), torch.zeros(1, 8, 8))


def test_works_where_gradients_are_off() -> None:
    model = Pooled().eval()
    with torch.no_grad():
        assert grad_cam(model, model.conv, torch.randn(1, 3, 8, 8), label=0).shape == (1, 8, 8)
