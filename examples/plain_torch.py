"""ULSAM in a network of your own, in plain torch: handwritten digits, half a minute on a laptop.

python examples/plain_torch.py
"""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

from ulsam import ULSAM

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
labels = torch.tensor(digits.target)
train, test = slice(0, 1300), slice(1300, None)

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 32, kernel_size=3, padding=1),
    nn.ReLU(),
    ULSAM(channels=32, groups=4),  # four subspaces of eight channels, an attention map of 8x8 for each
    nn.Conv2d(32, 64, kernel_size=3, stride=2, padding=1),
    nn.ReLU(),
    ULSAM(channels=64, groups=4),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(64, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for epoch in range(8):
    for batch in torch.randperm(1300).split(50):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[train][batch]), labels[train][batch])
        loss.backward()
        optimizer.step()
    with torch.inference_mode():
        accuracy = (model.eval()(images[test]).argmax(1) == labels[test]).float().mean()
    model.train()
    print(f"epoch {epoch + 1}: loss {loss:.3f}, test accuracy {accuracy:.1%}")
