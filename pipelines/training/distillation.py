"""Learning from a teacher: a network learns the outputs of a trained network for the same views.

Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network", 2015, https://arxiv.org/abs/1503.02531
"""

from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.errors import DetailedError
from pipelines.training.class_weights import weights_of
from pipelines.training.recipe import Recipe


class NoTeacherError(DetailedError):
    """A recipe needs a teacher, and the training has none."""


class Teacher:
    """A trained network that gives the outputs to learn from, and never changes.

    Args:
        model: from (batch, 3, ``input_size``, ``input_size``) to (batch, classes); it is set to evaluation.
        input_size: height and width of the images that it knows.
    """

    def __init__(self, model: nn.Module, input_size: int) -> None:
        self.model = model.eval().requires_grad_(False)
        self.input_size = input_size

    def to(self, device: torch.device) -> Self:
        """Moves the network to ``device`` and returns the teacher."""
        self.model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return self

    @torch.no_grad()
    def answer(self, images: Tensor) -> Tensor:
        """Returns the logits of ``images``, (batch, classes); images of another size are resized as scored ones are."""
        size = self.input_size
        if images.shape[-1] != size:
            images = F.interpolate(images, size=(size, size), mode="bilinear", antialias=True)
        logits: Tensor = self.model(images.contiguous(memory_format=torch.channels_last))
        return logits


def training_loss(
    logits: Tensor,
    targets: Tensor,
    recipe: Recipe,
    answer: Tensor | None = None,
    class_weights: Tensor | None = None,
) -> Tensor:
    """Returns the mean over a batch of the loss of labels and of a teacher.

    The loss is ``(1 - w) * CE(targets, logits) + w * T**2 * KL(softmax(answer / T) || softmax(logits / T))``. The
    factor T**2 keeps the proportion of the two parts of the gradient at any temperature (section 2 of the paper).

    Args:
        logits: (batch, classes).
        targets: labels, (batch,), or shares of the classes, (batch, classes).
        recipe: has the weight w, the temperature T and the label smoothing.
        answer: the teacher's logits, (batch, classes); None: there is no teacher, and the loss is the cross-entropy.
        class_weights: (classes,), by which the whole loss of each image is multiplied; None: all images count equally.
    """
    logits = logits.float()
    if class_weights is not None:
        return _weighted_loss(logits, targets, recipe, answer, weights_of(targets, class_weights))
    by_labels = F.cross_entropy(logits, targets, label_smoothing=recipe.label_smoothing)
    if answer is None:
        return by_labels
    weight, temperature = recipe.distill_weight, recipe.distill_temperature
    own, taught = (F.log_softmax(each / temperature, dim=1) for each in (logits, answer.float()))
    apart = F.kl_div(own, taught, reduction="batchmean", log_target=True)
    return (1 - weight) * by_labels + weight * temperature**2 * apart


def _weighted_loss(logits: Tensor, targets: Tensor, recipe: Recipe, answer: Tensor | None, of_images: Tensor) -> Tensor:
    """Returns :func:`training_loss` with a weight for each image, (batch,).

    torch's own class weights would divide by the weights in the batch, so that a loss would depend on the others in its
    micro-batch or worker, and would weigh label smoothing by class, which draws all images to the rare ones.
    """
    loss = F.cross_entropy(logits, targets, label_smoothing=recipe.label_smoothing, reduction="none")
    if answer is not None:
        weight, temperature = recipe.distill_weight, recipe.distill_temperature
        own, taught = (F.log_softmax(each / temperature, dim=1) for each in (logits, answer.float()))
        apart = F.kl_div(own, taught, reduction="none", log_target=True).sum(dim=1)
        loss = (1 - weight) * loss + weight * temperature**2 * apart
    return (loss * of_images).mean()
