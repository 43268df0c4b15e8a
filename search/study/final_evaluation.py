"""What a search's networks score after the search: trained for longer, tried on the test split."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from pipelines.training.score import Score
from spaces import Candidate
from ulsam import ArchConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalEvaluation:
    """Of one set of weights.

    Attributes:
        weights_sha256: tells it from all others.
        candidate: the network.
        trial: of the search, whose weights these are; None: they are of a training that came after it.
        epochs, seed: of the training.
        folder: where network and weights were when they were scored.
        val: on the validation split; earlier versions noted the accuracy alone.
        test: on the test split; None: it was not looked at.
        training: a hash of how it was trained, recipe and length; None: not known, an earlier version noted it.
        errors_page: the file of the page that shows where the network errs; None: none was written.
        method: :data:`~pipelines.training.recipe.METHOD` of the training; None: not known, an earlier version noted it.
    """

    weights_sha256: str
    candidate: Candidate
    trial: int | None
    epochs: int
    seed: int
    folder: str
    val: Score
    test: Score | None = None
    training: str | None = None
    errors_page: str | None = None
    method: int | None = None

    @property
    def arch(self) -> ArchConfig:
        """The layers of the network."""
        return self.candidate.arch

    @property
    def folder_label(self) -> str:
        """The folder's name, with its parent's name if the folder is for one seed."""
        path = Path(self.folder)
        return f"{path.parent.name}/{path.name}" if path.name == f"seed-{self.seed}" else path.name

    def compares_with(self, method: int) -> bool:
        """Whether accuracies of trainings by ``method`` compare with this one; true if its method is not known."""
        return self.method in (None, method)

    def completed_by(self, earlier: "FinalEvaluation") -> "FinalEvaluation":
        """Returns this evaluation with what only an earlier one knows.

        That is its trial, its method, its page of errors, its test score, or a value of the test score: where the code
        of a user's own metric may not run, the new score lacks the metric.

        Args:
            earlier: an evaluation of the same weights.
        """
        test = self.test or earlier.test
        return replace(
            self,
            trial=earlier.trial if self.trial is None else self.trial,  # the same training, made once more
            method=earlier.method if self.method is None else self.method,
            errors_page=self.errors_page or earlier.errors_page,
            test=test if test is None or earlier.test is None else test.completed_by(earlier.test),
        )

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for JSON."""
        others = [field.name for field in fields(self) if field.name != "candidate"]
        return {
            **{name: getattr(self, name) for name in others},
            **self.candidate.to_dict(),
            "val": self.val.to_dict(),
            "test": None if self.test is None else self.test.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], input_size: int) -> Self:
        """Reads what :meth:`to_dict` returned, in this or an earlier version.

        Args:
            values: plain values; not changed.
            input_size: of the search, in pixels, for values of an earlier version without one.
        """
        network, test = {"input_size": input_size, **values}, values["test"]
        others = {name: value for name, value in values.items() if name not in ("arch", "input_size")}
        return cls(
            **others
            | {
                "candidate": Candidate.from_dict(network),
                "val": Score.from_dict(values["val"]),
                "test": None if test is None else Score.from_dict(test),
            }
        )
