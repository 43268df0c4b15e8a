"""What attention in place of blocks does beyond leaving the blocks out."""

from dataclasses import replace

import pytest

from pipelines.training.recipe import METHOD, Recipe
from search.analysis.control import Controls, control_of, known_controls, replaced_blocks, training_id
from search.study.final_evaluation import FinalEvaluation
from spaces import Candidate
from tests.search.factory import result, score, spec, trained
from ulsam import ArchConfig, Placement

SPEC = spec("control")
PLACED = (Placement(block=8, mode="insert"), Placement(block=12, mode="substitute", groups=4))
ARCH = ArchConfig(backbone="mobilenet_v2", width=0.2, num_classes=10, stem_stride=1, placements=PLACED, removed=(9,))
NETWORK = Candidate(arch=ARCH, input_size=32)
CONTROL = Candidate(arch=replace(ARCH, placements=PLACED[:1], removed=(9, 12)), input_size=32)
TRAINING = training_id(SPEC.recipe, pretrained=False)


def later(candidate: Candidate, correct: int, seed: int = 0, training: str | None = TRAINING) -> FinalEvaluation:
    """A training after the search."""
    return FinalEvaluation(
        weights_sha256=f"{candidate.arch.arch_id} {seed} {training}",
        candidate=candidate,
        trial=None,
        epochs=10,
        seed=seed,
        folder="later",
        val=score(correct, 200),
        training=training,
        method=METHOD,
    )


def test_each_replaced_block_is_left_out_and_all_else_stays() -> None:
    assert replaced_blocks(NETWORK) == (12,)
    assert control_of(NETWORK) == CONTROL
    assert control_of(CONTROL) is None


def test_trials_are_compared_with_what_was_trained_after_the_search() -> None:
    (trial,) = trained(SPEC, [NETWORK], lambda arch: 0.75)
    found = Controls(SPEC, [trial], [later(CONTROL, 140)]).gain_of(NETWORK)
    assert found is not None
    assert found.over == CONTROL
    assert found.value == pytest.approx(0.05)
    (known,) = known_controls(SPEC, [trial], [later(CONTROL, 140)])
    assert known == (trial, found)


def test_a_search_that_left_the_blocks_out_as_well_knows_it_from_its_trials() -> None:
    both = trained(SPEC, [NETWORK, CONTROL], lambda arch: 0.5 + 0.1 * (12 not in arch.removed))
    found = Controls(SPEC, both).gain_of(NETWORK)
    assert found is not None
    assert found.value == pytest.approx(0.1)


@pytest.mark.parametrize(
    "other",
    [
        later(CONTROL, 140, training=None),
        later(CONTROL, 140, training=training_id(Recipe(epochs=100), pretrained=False)),
        later(CONTROL, 140, training=training_id(SPEC.recipe, pretrained=True)),
        later(CONTROL, 140, training=training_id(SPEC.recipe, pretrained=False, teacher=True)),
        replace(later(CONTROL, 140), method=METHOD - 1),
        later(NETWORK, 140, seed=1),
    ],
)
def test_another_training_says_nothing(other: FinalEvaluation) -> None:
    assert Controls(SPEC, trained(SPEC, [NETWORK]), [other]).gain_of(NETWORK) is None


def test_both_trained_for_longer_are_compared_where_more_seeds_are_in_common() -> None:
    (trial,) = trained(SPEC, [NETWORK], lambda arch: 0.75)
    longer = training_id(Recipe(epochs=100), pretrained=False)
    finals = [later(CONTROL, 100)] + [
        later(one, correct, seed, longer) for one, correct in ((NETWORK, 180), (CONTROL, 170)) for seed in (0, 1)
    ]
    found = Controls(SPEC, [trial], finals).gain_of(NETWORK)
    assert found is not None
    assert found.in_common == 2
    assert found.value == pytest.approx(0.05)
    once = Controls(SPEC, [trial], finals[:2] + finals[3:4]).gain_of(NETWORK)
    assert once is not None
    assert once.value == pytest.approx(0.25), "the search's own where seeds decide nothing"


def test_seeds_that_the_control_lacks_are_those_to_train() -> None:
    (trial,) = trained(SPEC, [NETWORK])
    trials = [trial, replace(trial, seed=1, result=result(0.5)), replace(trial, seed=3, result=result(0.5))]
    assert Controls(SPEC, trials, [later(CONTROL, 140, seed=1)]).seeds_without(NETWORK, CONTROL) == [0, 3]


def test_other_weights_and_another_teacher_make_another_training() -> None:
    ids = {
        training_id(SPEC.recipe, pretrained=weights, teacher=teacher)
        for weights in (False, True, "a", "b")
        for teacher in (False, True, "a", "b")
    }
    assert len(ids) == 16


def test_a_recipe_is_the_same_whether_a_file_says_5_or_5_0() -> None:
    whole = Recipe(epochs=5, warmup_epochs=1)
    assert training_id(whole, pretrained=False) == training_id(Recipe(epochs=5, warmup_epochs=1.0), pretrained=False)
    assert training_id(whole, pretrained=False) != training_id(Recipe(epochs=6, warmup_epochs=1), pretrained=False)
