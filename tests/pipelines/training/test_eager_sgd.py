"""The optimizer steps as PyTorch's does, to the bit, and leaves its compiler alone."""

import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.optim import SGD

from pipelines.training.eager_sgd import EagerSGD

STEPS = """
import sys, torch
from pipelines.training.eager_sgd import EagerSGD
weight = torch.nn.Parameter(torch.ones(2))
optimizer = EagerSGD([weight], lr=0.1, momentum=0.9, nesterov=True)
weight.sum().backward()
optimizer.step()
optimizer.zero_grad()
optimizer.load_state_dict(optimizer.state_dict())
print({name.partition(".")[0] for name in sys.modules} & {"sympy"}, "torch._dynamo" in sys.modules)
"""


def trained(kind: type[SGD], *, interrupted: bool = False) -> list[torch.Tensor]:
    torch.manual_seed(0)
    model = nn.Linear(3, 2)

    def make() -> SGD:
        groups = [{"params": [model.weight], "weight_decay": 0.01}, {"params": [model.bias], "weight_decay": 0.0}]
        return kind(groups, lr=0.1, momentum=0.9, nesterov=True)

    optimizer = make()
    for step in range(6):
        if interrupted and step == 3:
            state = optimizer.state_dict()
            optimizer = make()
            optimizer.load_state_dict(state)
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (step + 1)
        optimizer.zero_grad()
        model(torch.randn(4, 3)).square().sum().backward()
        optimizer.step()
    return [parameter.detach() for parameter in model.parameters()]


@pytest.mark.parametrize("interrupted", [False, True])
def test_weights_are_those_of_pytorchs_own(interrupted: bool) -> None:
    for one, other in zip(trained(EagerSGD, interrupted=interrupted), trained(SGD), strict=True):
        assert torch.equal(one, other)


def test_it_does_not_import_the_compiler() -> None:
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "False"]
