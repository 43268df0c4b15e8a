"""A step's forward and backward pass as one CUDA graph.

For a network of this size, the kernels run for a fraction of the time that Python needs to launch them one by one. A
graph launches all of them at once. See Nguyen et al., "Accelerating PyTorch with CUDA Graphs", 2021,
https://pytorch.org/blog/accelerating-pytorch-with-cuda-graphs
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from pipelines.training.micro_batches import out_of_memory

Pass = Callable[[Tensor, Tensor], Tensor]  # images and targets to the loss, gradients beside

_WARM_UP = 3  # steps: cuDNN chooses its algorithms, which can't be captured


class CapturedPass:
    """Runs passes over ``model``: the first few as usual, later ones from a graph.

    A graph is of one shape of batch; another shape, as where images grow, needs another graph.
    """

    def __init__(self, model: nn.Module) -> None:
        self._parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._shapes: tuple[torch.Size, ...] = ()
        self._graph: torch.cuda.CUDAGraph | None = None
        self._done = 0  # passes of these shapes without a graph
        self._fits = True

    def run(self, work: Pass, images: Tensor, targets: Tensor) -> Tensor:
        """Runs one pass, and returns its loss; afterwards the parameters have the gradients of this pass alone.

        Args:
            work: returns the loss of images and targets and adds to the gradients. Every call must do the same work
                until :meth:`forget_graph`.
            images: (batch, 3, size, size), on the GPU.
            targets: (batch,) labels or (batch, classes) shares, on the GPU.

        Raises:
            torch.OutOfMemoryError: memory does not hold a pass without a graph.
        """
        if (images.shape, targets.shape) != self._shapes:
            self.forget_graph()
            self._shapes = images.shape, targets.shape
        if self._graph is None and self._fits and self._done >= _WARM_UP:
            self._capture(work, images, targets)
        if self._graph is None:
            self._done += 1
            self._forget_gradients()
            return work(images, targets)
        self._images.copy_(images)
        self._targets.copy_(targets)
        self._graph.replay()
        for parameter, gradient in zip(self._parameters, self._gradients, strict=True):
            parameter.grad = gradient
        return self._loss.clone()

    def forget_graph(self) -> None:
        """Forgets the graph; call it when a pass does other work than before."""
        self._shapes, self._graph, self._done, self._fits = (), None, 0, True

    def _capture(self, work: Pass, images: Tensor, targets: Tensor) -> None:
        self._images, self._targets = images.clone(), targets.clone()
        self._forget_gradients()  # what the pass adds to would have to stay where it is
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._loss = work(self._images, self._targets)
        except RuntimeError as error:
            if not out_of_memory(error):  # a graph keeps all that a pass needs, also between passes
                raise
            self._fits = False
            return
        self._gradients = [parameter.grad for parameter in self._parameters]
        self._graph = graph

    def _forget_gradients(self) -> None:
        for parameter in self._parameters:
            parameter.grad = None
