"""PyTorch's SGD in a process that compiles nothing.

The methods of PyTorch's optimizers first import its compiler and SymPy, only to exclude the methods from compilation.
The import takes more than a second and 100 MB in each process that trains. The unwrapped methods here run the same
code.
"""

import inspect

import torch
from torch.optim import SGD, Optimizer


class EagerSGD(SGD):
    """``torch.optim.SGD`` whose steps are never compiled; the network may be."""

    add_param_group = inspect.unwrap(Optimizer.add_param_group)
    zero_grad = inspect.unwrap(Optimizer.zero_grad)
    state_dict = inspect.unwrap(Optimizer.state_dict)
    load_state_dict = inspect.unwrap(Optimizer.load_state_dict)
    step = torch.no_grad()(inspect.unwrap(SGD.step))
