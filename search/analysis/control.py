"""The gain of attention in place of blocks over leaving the blocks out: a network beside its control."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from json import dumps

from pipelines.training.recipe import Recipe
from search.analysis.front import complete
from search.analysis.gain import Gain, gain_over, scores_by_seed
from search.analysis.seed_spread import seed_spread
from search.analysis.uncertainty import seed_deviation
from search.study.final_evaluation import FinalEvaluation
from search.study.spec import StudySpec
from search.study.trial import Status, TrialRecord
from spaces import Candidate, Change


def control_of(candidate: Candidate) -> Candidate | None:
    """Returns the same network with each block left out that attention replaces; None: attention replaces none."""
    replaced = replaced_blocks(candidate)
    if not replaced:
        return None
    kept = (change for change in candidate.changes if change.block not in replaced)
    return candidate.with_changes((*kept, *map(Change, replaced)))


def replaced_blocks(candidate: Candidate) -> tuple[int, ...]:
    """Returns the numbers of the blocks that attention replaces."""
    return tuple(placement.block for placement in candidate.arch.placements if placement.mode == "substitute")


def training_id(
    recipe: Recipe,
    *,
    pretrained: bool | str,
    teacher: bool | str = False,
    workers: int = 1,
    folds: int | None = None,
) -> str:
    """Returns a hash of how a network is trained, whatever network, data and seed: 16 hexadecimal digits.

    Args:
        recipe: of the training.
        pretrained: the weights that it starts from. True: the search's own; False: none; else a text that identifies
            others.
        teacher: the network that it learns from, likewise.
        workers: that train it together; norms count the statistics of a worker's own part of each batch.
        folds: one of which it leaves out; None: it is scored on the val split.
    """
    # A file may say 5 where another one says 5.0.
    values = {name: float(value) if isinstance(value, int) else value for name, value in recipe.to_dict().items()}
    whole: dict[str, object] = {"recipe": values, "pretrained": pretrained}
    whole |= {"teacher": teacher} if teacher else {}
    whole |= {"workers": workers} if workers > 1 else {}
    whole |= {"folds": folds} if folds is not None else {}
    return sha256(dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


class Controls:
    """Networks of a search beside their controls, from its trials and later trainings of the same kind."""

    def __init__(
        self, spec: StudySpec, trials: Sequence[TrialRecord], final_evaluations: Iterable[FinalEvaluation] = ()
    ) -> None:
        self._spec = spec
        self._of_seeds = seed_deviation(complete(trials))
        taught = spec.taught_by is not None
        self._ids = {
            start: training_id(spec.recipe, pretrained=start, teacher=taught, folds=spec.search.folds)
            for start in (False, True)
        }
        # By how a network is trained, then by network and seed.
        self._scores: defaultdict[str, defaultdict[Candidate, dict[int, float]]]
        self._scores = defaultdict(lambda: defaultdict(dict))
        self._errors: dict[tuple[str, Candidate], float | None] = {}
        for final in final_evaluations:
            value = final.val.values.get(spec.metric.name)
            if final.training is not None and value is not None and final.compares_with(spec.method):
                self._scores[final.training][final.candidate][final.seed] = value
                self._errors[final.training, final.candidate] = final.val.standard_errors.get(spec.metric.name)
        for candidate, scores in scores_by_seed(trials).items():
            self._scores[self._searched(candidate)][candidate] |= scores
        for network in complete(trials):
            self._errors[self._searched(network.candidate), network.candidate] = network.standard_error

    def gain_of(self, candidate: Candidate) -> Gain | None:
        """Returns what a network's attention gains over leaving the blocks out.

        Where both were trained in several ways, the way with the most seeds in common counts; of ties, the search's
        own.

        Args:
            candidate: the network.

        Returns:
            The gain; None: it is not known, or the network's attention replaces no block.
        """
        control = control_of(candidate)
        if control is None:
            return None
        searched = self._searched(candidate)
        known = [
            (len(scores[candidate].keys() & scores[control].keys()), training == searched, training)
            for training, scores in self._scores.items()
            if candidate in scores and control in scores
        ]
        if not known:
            return None
        training = max(known)[-1]
        scores, recorded = self._scores[training], (self._errors[training, candidate], self._errors[training, control])
        spread = seed_spread(scores.values())
        return gain_over(scores[candidate], control, scores[control], self._spec, spread, self._of_seeds, recorded)

    def _searched(self, candidate: Candidate) -> str:
        """Returns how the search trains a network and its control: both have one backbone and width, so one file."""
        return self._ids[self._spec.pretrained_for(candidate.arch) is not None]

    def seeds_without(self, candidate: Candidate, control: Candidate) -> list[int]:
        """Returns the seeds that the search trained ``candidate`` with and that ``control`` lacks, ascending.

        Args:
            candidate: the network.
            control: the same network without the blocks that attention replaces, see :func:`control_of`.
        """
        scores = self._scores[self._searched(candidate)]
        return sorted(scores.get(candidate, {}).keys() - scores.get(control, {}).keys())


def known_controls(
    spec: StudySpec, trials: Sequence[TrialRecord], final_evaluations: Iterable[FinalEvaluation] = ()
) -> list[tuple[TrialRecord, Gain]]:
    """Returns the first trial of each network whose control was trained too, with the gain of its attention over that.

    Args:
        spec: the search that the trials are of.
        trials: of the search; the first complete one of each network is returned, in this order.
        final_evaluations: scores of exported networks, from the record.
    """
    controls, first = Controls(spec, trials, final_evaluations), dict[Candidate, TrialRecord]()
    for trial in trials:
        if trial.status is Status.COMPLETE:
            first.setdefault(trial.candidate, trial)
    gains = ((trial, controls.gain_of(candidate)) for candidate, trial in first.items())
    return [(trial, gain) for trial, gain in gains if gain is not None]
