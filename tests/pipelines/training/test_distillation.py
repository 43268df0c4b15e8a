"""Learning from a teacher: the loss in closed form, and trainings that stay what they are."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipelines.loading.augment import resize
from pipelines.loading.data import PreparedData
from pipelines.training.distillation import NoTeacherError, Teacher, training_loss
from pipelines.training.loop import Training
from pipelines.training.recipe import Recipe
from tests.pipelines.training.colours import CPU, INPUT_SIZE, RECIPE, network, weights

pytestmark = pytest.mark.usefixtures("one_thread")
TAUGHT = replace(RECIPE, distill_weight=0.7, distill_temperature=3.0)


def teacher(input_size: int = INPUT_SIZE) -> Teacher:
    return Teacher(network(seed=5), input_size)


def train(data: PreparedData, recipe: Recipe, taught_by: Teacher | None, epochs: int = 3) -> Training:
    training = Training(network(), data, recipe, INPUT_SIZE, seed=0, device=CPU, teacher=taught_by)
    for _ in range(epochs):
        training.run_epoch()
    return training


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_the_loss_of_two_classes_by_hand() -> None:
    """Student's odds 1, teacher's e**2 at temperature 1, hence e at temperature 2."""
    recipe = Recipe(epochs=1, label_smoothing=0, distill_weight=0.25, distill_temperature=2.0)
    logits, answer, labels = torch.zeros(1, 2), torch.tensor([[2.0, 0.0]]), torch.tensor([1])
    p = torch.e / (1 + torch.e)
    apart = p * torch.log(torch.tensor(2 * p)) + (1 - p) * torch.log(torch.tensor(2 * (1 - p)))
    expected = 0.75 * torch.log(torch.tensor(2.0)) + 0.25 * 4 * apart
    assert float(training_loss(logits, labels, recipe, answer)) == pytest.approx(float(expected), rel=1e-6)


def test_a_student_that_answers_as_its_teacher_has_nothing_to_learn_from_it() -> None:
    torch.manual_seed(0)
    logits = torch.randn(6, 4, requires_grad=True)
    recipe = Recipe(epochs=1, distill_weight=1.0, distill_temperature=3.0)
    loss = training_loss(logits, torch.zeros(6, dtype=torch.int64), recipe, logits.detach().clone())
    loss.backward()  # type: ignore[no-untyped-call]
    assert float(loss.detach()) == pytest.approx(0, abs=1e-6)
    assert logits.grad is not None
    assert logits.grad.abs().max() < 1e-6


def test_at_a_high_temperature_the_gradient_is_that_of_matched_logits() -> None:
    """Of centred logits it is (student - teacher) / classes, equation 4 of the paper."""
    torch.manual_seed(0)
    logits, answer = (torch.randn(1, 5) for _ in range(2))
    logits, answer = logits - logits.mean(), answer - answer.mean()
    logits.requires_grad_()
    recipe = Recipe(epochs=1, distill_weight=1.0, distill_temperature=1000.0)
    training_loss(logits, torch.zeros(1, dtype=torch.int64), recipe, answer).backward()  # type: ignore[no-untyped-call]
    assert torch.allclose(logits.grad, (logits.detach() - answer) / 5, atol=2e-3)  # type: ignore[arg-type]


def test_shares_of_classes_are_targets_too() -> None:
    torch.manual_seed(0)
    logits, answer, shares = torch.randn(3, 4), torch.randn(3, 4), torch.softmax(torch.randn(3, 4), dim=1)
    recipe = Recipe(epochs=1, label_smoothing=0.1, distill_weight=0.5)
    by_labels = F.cross_entropy(logits, shares, label_smoothing=0.1)
    by_teacher = training_loss(logits, shares, replace(recipe, distill_weight=1.0), answer)
    mean = (by_labels + by_teacher) / 2
    assert float(training_loss(logits, shares, recipe, answer)) == pytest.approx(float(mean), rel=1e-6)


def test_at_weight_0_a_training_is_the_plain_one_to_the_bit(data: PreparedData) -> None:
    assert same(train(data, RECIPE, None).state(), train(data, RECIPE, teacher()).state())


def test_a_teacher_teaches_and_never_changes(data: PreparedData) -> None:
    taught_by = teacher()
    before = {name: tensor.clone() for name, tensor in taught_by.model.state_dict().items()}
    taught = train(data, TAUGHT, taught_by)
    assert same(before, dict(taught_by.model.state_dict()))
    assert not taught_by.model.training
    assert not same(weights(train(data, RECIPE, None)), weights(taught))


def test_a_taught_student_answers_more_like_its_teacher(data: PreparedData) -> None:
    """Of labels that say nothing, it learns what its teacher knows."""
    knowing = Teacher(train(data, RECIPE, None).model, INPUT_SIZE)
    student = train(data, replace(RECIPE, epochs=6, distill_weight=1.0), knowing, epochs=6).model.eval()
    with data.evaluation_batches("val", INPUT_SIZE) as batches:
        images, _ = next(batches)
    with torch.no_grad():
        alike = (student(images).argmax(1) == knowing.answer(images).argmax(1)).float().mean()
        at_first = (network().eval()(images).argmax(1) == knowing.answer(images).argmax(1)).float().mean()
    assert alike > max(0.8, float(at_first))


def test_a_teacher_sees_the_views_at_its_own_size() -> None:
    class Remembers(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            self.seen = images
            return images.mean(dim=(2, 3))

    images = torch.rand(2, 3, 8, 8)
    for size in (8, 5, 13):
        model = Remembers()
        Teacher(model, size).answer(images)
        assert torch.equal(model.seen, resize(images, size))


def test_a_taught_training_that_was_interrupted_ends_at_the_same_weights(data: PreparedData) -> None:
    recipe = replace(TAUGHT, mixup=0.2, cutmix=0.5, start_size=6, average_epochs=0.7)
    whole = train(data, recipe, teacher())
    begun = train(data, recipe, teacher(), epochs=1)
    begun.annealed_score()
    state = {name: tensor.clone() for name, tensor in begun.state().items()}
    again = Training(network(seed=9), data, recipe, INPUT_SIZE, seed=0, device=CPU, teacher=teacher())
    again.restore(state)
    while not again.finished:
        again.run_epoch()
    assert same(weights(whole), weights(again))


def test_in_micro_batches_the_gradient_is_that_of_the_whole_batch(data: PreparedData) -> None:
    """Norms aside, which count each part by itself."""

    def trained(parts: int) -> dict[str, Tensor]:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
        recipe = replace(TAUGHT, epochs=1, mixup=0.2, recalibration_batches=0)
        training = Training(model, data, recipe, INPUT_SIZE, seed=0, device=CPU, teacher=teacher())
        training._micro_batches.number = parts
        training.run_epoch()
        return weights(training)

    whole, cut = trained(1), trained(2)
    assert all(torch.allclose(whole[name], cut[name], atol=1e-5) for name in whole)


def test_a_weight_without_a_teacher_is_refused(data: PreparedData) -> None:
    with pytest.raises(NoTeacherError) as refused:
        train(data, TAUGHT, None)
    assert refused.value.where == "teacher"
