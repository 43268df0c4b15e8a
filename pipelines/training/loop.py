"""Trains and scores any network, an epoch at a time."""

import time
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from math import isfinite

import torch
from torch import Tensor, nn

from pipelines.names import CompileMode
from pipelines.split import Split
from pipelines.training.averaging import WeightAverage
from pipelines.training.class_weights import class_weights_for
from pipelines.training.compiling import worth_compiling
from pipelines.training.cuda_graph import CapturedPass
from pipelines.training.distillation import NoTeacherError, Teacher, training_loss
from pipelines.training.divergence import DivergedError, checked_score, where_not_finite
from pipelines.training.eager_sgd import EagerSGD
from pipelines.training.epoch import Epoch
from pipelines.training.host_memory import keep_freed_memory
from pipelines.training.micro_batches import MicroBatches
from pipelines.training.mixing import mix
from pipelines.training.norms import recalibrate, trained_norms
from pipelines.training.own_metric import OwnMetric
from pipelines.training.parameter_groups import parameter_groups
from pipelines.training.precision import precision
from pipelines.training.recipe import Recipe
from pipelines.training.score import Score
from pipelines.training.scoring import score
from pipelines.training.source import ImageSource
from pipelines.training.worker_group import SINGLE_WORKER, WorkerGroup

_LOOK_EVERY = 16  # steps on a GPU between looks at the loss: each look waits for all work in flight


class Training:
    """One network's training.

    Args:
        model: any network from (batch, 3, size, size) to (batch, classes); it is moved to ``device``.
        data: where its images come from, on ``device``.
        recipe: how long and how.
        input_size: height and width of the images that the network sees when it is scored, and in the last epochs.
        seed: of the data order, the views, what is mixed and dropout; not of the weights, which ``model`` brings.
        device: where to train; on a GPU in bfloat16 where that is wise.
        compiling: whether the network is compiled; auto: on a GPU, once that ends the training sooner.
        group: the workers that train it, all with the same ``model`` and their own parts of the ``data``.
        teacher: that it learns from, where the recipe gives its answers a weight; it is moved to ``device``.
        fresh: the names of the parameters and statistics without trained values; None: all are fresh.
        own_metric: a function of the user's own that scores have beside the metrics of this package; None: none.

    Raises:
        MetricModuleError: ``own_metric`` can't be loaded.
        NoTeacherError: the recipe gives a teacher's answers a weight, and there is none.
    """

    def __init__(
        self,
        model: nn.Module,
        data: ImageSource,
        recipe: Recipe,
        input_size: int,
        *,
        seed: int,
        device: torch.device,
        compiling: CompileMode = "auto",
        group: WorkerGroup = SINGLE_WORKER,
        teacher: Teacher | None = None,
        fresh: Collection[str] | None = None,
        own_metric: OwnMetric | None = None,
    ) -> None:
        if recipe.distill_weight and teacher is None:
            raise NoTeacherError(where="teacher", expected=f"one, for a weight of {recipe.distill_weight:g}")
        if device.type == "cpu":
            keep_freed_memory()
        self._teacher = teacher.to(device) if recipe.distill_weight and teacher is not None else None
        self.model = model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.epochs_done = 0
        self._data = data
        self._recipe = recipe
        self._input_size = input_size
        self._seed = seed
        self._device = device
        self._group = group
        self._own_metric = None if own_metric is None else own_metric.load()
        self._class_weights = class_weights_for(recipe, data, device)
        self._steps_per_epoch = data.steps_per_epoch(recipe.batch_size)
        self._compiling = compiling
        self._forward: Callable[[Tensor], Tensor] = self.model
        self._captured = CapturedPass(self.model) if device.type == "cuda" else None
        self._warm = False  # whether an epoch was done here
        self._consider_compiling(seconds_an_epoch=0)
        self._micro_batches = MicroBatches()
        averaged = recipe.average_epochs * self._steps_per_epoch
        self._average = WeightAverage(self.model, averaged) if averaged else None
        self._frozen = trained_norms(model, fresh) if recipe.frozen_norms and fresh is not None else []
        self._optimizer = EagerSGD(
            parameter_groups(model, recipe, fresh or ()),
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            nesterov=recipe.momentum > 0,
            fused=device.type == "cuda",  # one kernel for all weights
        )

    @property
    def finished(self) -> bool:
        """Whether all epochs of the recipe are done."""
        return self.epochs_done >= self._recipe.epochs

    def run_epoch(self) -> Epoch:
        """Trains one epoch and scores it on the validation split; the last score is the training's own.

        Raises:
            DivergedError: the loss became NaN or infinite; the message says where it began.
            torch.OutOfMemoryError: not even a small part of a batch fits into memory.
        """
        start = time.monotonic()
        train_loss = self._train_epoch(lambda step: self._recipe.rate_at(step, self._steps_per_epoch))
        self.epochs_done += 1
        if self.finished:
            self._settle()
        result = self._score_on_the_way() if not self.finished else self.score("val")
        checked_score(result, self.epochs_done)
        seconds = time.monotonic() - start
        if self._warm:  # a first epoch's time is mostly that of setting up a GPU
            self._consider_compiling(seconds)
        self._warm = True
        return Epoch(
            number=self.epochs_done,
            train_loss=train_loss,
            val=result.values,
            seconds=seconds,
            micro_batches=self._micro_batches.number,
            standard_errors=result.standard_errors,
        )

    def score(self, split: Split, *, decides: bool = True) -> Score:
        """Scores the network on a split as it is now; ``decides``: with the standard error of an own metric."""
        conditions = {"flip_average": self._recipe.flip_average, "decides": decides}
        own, group, size = self._own_metric, self._group, self._input_size
        return score(self.model, self._data, split, size, self._device, group=group, own_metric=own, **conditions)

    def annealed_score(self, epochs: int = 1) -> Score:
        """Returns the validation score after the learning rate falls to zero within ``epochs`` epochs from now.

        A score in the middle of a training, at a high rate, says little about the last score; this one does. The
        training then continues with the same weights as before, to the bit.

        Raises:
            DivergedError, torch.OutOfMemoryError: as :meth:`run_epoch`.
        """
        before = {name: tensor.clone() for name, tensor in self.state().items()}
        first, steps = self.epochs_done * self._steps_per_epoch, epochs * self._steps_per_epoch
        highest = self._recipe.rate_at(first, self._steps_per_epoch) if not self.finished else 0.0
        try:
            for _ in range(epochs):
                self._train_epoch(lambda step: highest * (first + steps - step) / steps)
                self.epochs_done += 1
            self._settle()
            return checked_score(self.score("val"), self.epochs_done)
        finally:
            self._optimizer.state.clear()
            self.restore(before)

    def state(self) -> dict[str, Tensor]:
        """Returns everything that another :class:`Training` of the same network and recipe needs to continue."""
        momentum = {
            f"momentum.{name}": self._optimizer.state[parameter]["momentum_buffer"]
            for name, parameter in self.model.named_parameters()
            if self._optimizer.state[parameter].get("momentum_buffer") is not None
        }
        model = {f"model.{name}": tensor for name, tensor in self.model.state_dict().items()}
        average = {}
        if self._average is not None:
            average = {f"average.{name}": tensor for name, tensor in self._average.tensors.items()}
            average["average_updates"] = torch.tensor(self._average.updates)
        return model | momentum | average | {"epochs_done": torch.tensor(self.epochs_done)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Continues from ``state``; the weights at the end are those of a training that was never interrupted."""
        self.model.load_state_dict(
            {name.removeprefix("model."): tensor for name, tensor in state.items() if name.startswith("model.")}
        )
        for name, parameter in self.model.named_parameters():
            if (buffer := state.get(f"momentum.{name}")) is not None:
                like = torch.empty_like(parameter)  # in the parameter's memory format
                self._optimizer.state[parameter]["momentum_buffer"] = like.copy_(buffer)
        if self._average is not None:
            for name, tensor in self._average.tensors.items():
                tensor.copy_(state[f"average.{name}"])
            self._average.updates = int(state["average_updates"])
        self.epochs_done = int(state["epochs_done"])

    def _train_epoch(self, rate_at: Callable[[int], float]) -> float:
        """Trains the next epoch and returns its mean loss; ``rate_at`` takes the step from the training's start."""
        epoch = self.epochs_done
        losses: list[Tensor] = []
        self.model.train()
        for norm in self._frozen:
            norm.eval()
        with (
            # Dropout draws from torch's global generator: seeded an epoch, and given back as it was.
            torch.random.fork_rng(devices=[self._device] if self._device.type == "cuda" else []),
            self._data.training_batches(self._recipe, self._input_size, seed=self._seed, epoch=epoch) as batches,
        ):
            torch.manual_seed(self._seed * 1_000_003 + epoch + (self._group.rank << 40))
            for step, (images, labels) in enumerate(batches, start=epoch * self._steps_per_epoch):
                for group in self._optimizer.param_groups:
                    group["lr"] = group["rate"] * rate_at(step)
                losses.append(self._step(images, labels, step))
                if self._device.type == "cpu" or len(losses) % _LOOK_EVERY == 0:
                    self._check(losses[-1], images, step)
        mean = torch.stack(losses).mean()
        self._check(mean, images, step)
        self._group.mean(self._statistics())
        return float(mean)

    def _step(self, images: Tensor, labels: Tensor, step: int) -> Tensor:
        """Does one step of the optimiser and returns the batch's mean loss."""
        whole = len(images)
        mixed, targets = mix(images, labels, self._recipe, self._data.num_classes, (self._seed, step))

        def backward(images: Tensor, targets: Tensor) -> Tensor:
            with precision(self._device):
                logits = self._forward(images.contiguous(memory_format=torch.channels_last))
                answer = None if self._teacher is None else self._teacher.answer(images)
            loss = training_loss(logits, targets, self._recipe, answer, self._class_weights) * (len(images) / whole)
            loss.backward()  # type: ignore[no-untyped-call]
            return loss.detach()

        def work(images: Tensor, targets: Tensor) -> Tensor:
            if self._captured is not None and len(images) == whole:
                return self._captured.run(backward, images, targets)
            return backward(images, targets)

        forget = self._optimizer.zero_grad  # sets the gradients to None
        forget()
        loss = torch.stack(self._micro_batches.each(mixed, targets, work, undo=forget)).sum()
        # With the loss, so that a group diverges together.
        self._group.mean([*(p.grad for p in self.model.parameters() if p.grad is not None), loss])
        if self._recipe.clip_norm:
            nn.utils.clip_grad_norm_(self.model.parameters(), self._recipe.clip_norm)
        self._optimizer.step()
        if self._average is not None:
            self._average.update(self.model)
        return loss

    def _check(self, loss: Tensor, images: Tensor, step: int) -> None:
        if not isfinite(float(loss)):
            group = self._optimizer.param_groups[0]
            epoch, rate = self.epochs_done + 1, group["lr"] / group["rate"]
            origin = where_not_finite(self.model, images)
            raise DivergedError(
                f"training loss is {float(loss)} in epoch {epoch}, step {step + 1}, learning rate {rate:.3g}: {origin}",
                loss="training",
                epoch=epoch,
                origin=origin,
            )

    def _score_on_the_way(self) -> Score:
        """Scores the averaged weights if there are any, without recalibrated statistics."""
        if self._average is None:
            return self.score("val", decides=False)
        self._average.swap(self.model)
        try:
            return self.score("val", decides=False)
        finally:
            self._average.swap(self.model)

    def _settle(self) -> None:
        """Prepares the network for a score that decides: averaged weights, and recalibrated statistics."""
        if self._average is not None:
            self._average.swap(self.model)
        if self._recipe.recalibration_batches:
            whole = self._recipe.on_whole_images
            with self._data.training_batches(whole, self._input_size, seed=self._seed, epoch=0) as batches:
                micro_batches = (
                    micro_batch
                    for images, _ in islice(batches, self._recipe.recalibration_batches)
                    for micro_batch in images.chunk(self._micro_batches.number)
                )
                recalibrate(self.model, micro_batches, self._device, frozen=self._frozen)
            self._group.mean(self._statistics())

    def _statistics(self) -> list[Tensor]:
        """Returns the tensors that differ among the workers of a group: norms' statistics, and averages of them."""
        norms = [buffer for buffer in self.model.buffers() if buffer.is_floating_point()]
        return norms if self._average is None else [*norms, *self._average.tensors.values()]

    def _consider_compiling(self, seconds_an_epoch: float) -> None:
        left = seconds_an_epoch * (self._recipe.epochs - self.epochs_done)
        # While views grow, every size would be compiled again.
        grown = self._recipe.size_at(self.epochs_done, self._input_size) == self._input_size
        if self._forward is self.model and grown and worth_compiling(self._compiling, self._device, left):
            self._forward = torch.compile(self.model)
            if self._captured is not None:
                self._captured.forget_graph()
