"""What is fixed for a search before its first trial."""

from collections.abc import Iterator
from functools import cached_property
from math import inf
from typing import Any, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, model_validator

from pipelines.errors import RangeError
from pipelines.fold import Fold
from pipelines.storage.manifest import Manifest
from pipelines.training.metrics import Metric, metric_named
from pipelines.training.own_metric import OwnMetric
from pipelines.training.recipe import METHOD, Recipe
from search.config.settings import ResourcesSection, SearchSection, SearchSettings, input_sizes
from search.config.training_section import TrainingSection
from search.errors import UsageError
from search.optimize.objective import Objective
from search.optimize.pareto import ReferencePoint
from search.study.data_spec import DataSpec
from search.study.defined_metric import defined_metric
from search.study.folds_spec import FoldsSpec
from search.study.key import evaluation_key
from search.study.migrations.spec import VERSION, migrated
from search.study.pretrained_files import PretrainedFile, file_for
from search.study.prior_score import PriorScore
from spaces import BudgetsConfig, Candidate, KnownCost, SearchSpace, SpaceConfig, build_space
from spaces.conventions import Conventions
from ulsam import ArchConfig
from ulsam.backbones import DESIGNS, Backbone
from ulsam.conventions import Convention

_BEYOND = 1.1  # times the highest cost


class StudySpec(BaseModel):
    """A search as it was asked for, kept in its record; database addresses, which may hold passwords, are not.

    ``search_id`` is unique. ``pretrained`` are the files that ``training`` names, ``teacher_id`` is the
    :func:`~search.study.key.network_id` of its teacher, ``folds`` are of the data (None: val scores), ``own_metric`` is
    the user's function in ``search.metric``, ``prior`` are scores in the runs of ``search.prior``. ``method`` is the
    :data:`~pipelines.training.recipe.METHOD` at the start, ``version`` that of :mod:`~search.study.migrations.spec`.
    """

    model_config = ConfigDict(frozen=True)

    search_id: str
    name: str
    data: DataSpec
    space: SpaceConfig
    budgets: BudgetsConfig
    search: SearchSection
    training: TrainingSection
    resources: ResourcesSection
    reference: ReferencePoint
    pretrained: tuple[PretrainedFile, ...] = ()
    teacher_id: str | None = None
    folds: FoldsSpec | None = None
    own_metric: OwnMetric | None = None
    prior: tuple[PriorScore, ...] = ()
    method: int = 1
    version: int = VERSION

    @model_validator(mode="before")
    @classmethod
    def _migrate(cls, spec: Any) -> Any:
        return migrated(spec) if isinstance(spec, dict) and isinstance(spec.get("reference"), dict) else spec

    @classmethod
    def of(
        cls,
        settings: SearchSettings,
        manifest: Manifest,
        teacher_id: str | None = None,
        folds: FoldsSpec | None = None,
        own_metric: OwnMetric | None = None,
    ) -> "StudySpec":
        """Returns the spec of a new search.

        The reference point is the value of guessing, and for each objective 1.1 times the budget or the highest cost,
        whichever is lower: a network that just fits should have some value.

        Args:
            settings, manifest: of the search; of its data.
            teacher_id: the :func:`~search.study.key.network_id` of a given teacher; None: there is none.
            folds: those of its data that ``search.folds`` asks for; None: it asks for none.
            own_metric: the function that ``search.metric`` names; None: it is a metric of this package.

        Raises:
            UsageError: the views of the first epochs are larger than the smallest input size.
            UndefinedMetricError: the metric is not defined for so few classes.
        """
        metric = defined_metric(settings.search.metric, classes := len(manifest.classes))
        space = settings.space_for(classes, manifest.image_size)
        try:
            settings.training.to_recipe().check_size(min(space.input_sizes))
        except RangeError as error:  # a value that fits no data of this size
            raise UsageError(where=f"training.{error.where}", expected=error.expected, got=error.got) from None
        limits = _limits(space)
        return cls(
            search_id=uuid4().hex,
            name=settings.name,
            data=DataSpec.of(settings.data, manifest),
            space=settings.space,
            budgets=settings.budgets,
            search=settings.search,
            training=settings.training,
            resources=settings.resources,
            reference=ReferencePoint(
                value=metric.of_chance(classes),
                costs={name: round(limits[name] * _BEYOND) for name in settings.search.objectives},
            ),
            teacher_id=teacher_id,
            folds=folds,
            own_metric=own_metric,
            method=METHOD,
        )

    def starting_from(self, pretrained: tuple[PretrainedFile, ...]) -> Self:
        """Returns the same search with networks that start from these files."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self)(**fields | {"pretrained": pretrained})

    @property
    def resumable(self) -> bool:
        """Whether new trials would compare with earlier ones: this version trains and scores as the first one did."""
        return self.method == METHOD

    @property
    def recipe(self) -> Recipe:
        """The recipe of every network of the search."""
        return self.training.to_recipe()

    @cached_property
    def input_sizes(self) -> tuple[int, ...]:
        """The input sizes that networks may have, in pixels, ascending."""
        return input_sizes(self.space, self.training, self.data.image_size)

    def name_of(self, candidate: Candidate) -> str:
        """Returns the name of a network in the search: its ``arch_id``, and its input size if there are several."""
        size = f" at {candidate.input_size} px" if len(self.input_sizes) > 1 else ""
        return candidate.arch.arch_id + size

    @property
    def limit_weight(self) -> float:
        """The weight of accuracy at the budgets beside the front's hypervolume; 0 without budgets."""
        return self.search.budget_weight if self.budgets.limits else 0.0

    @property
    def metric(self) -> Metric:
        """The metric that the search maximises."""
        return metric_named(self.search.metric)

    def standard_error(self, value: float, recorded: float | None = None) -> float:
        """Returns the standard error of a value of the metric, measured on the validation images.

        ``value`` may be a mean; ``recorded`` is the error that its score has, where the value does not determine it.
        """
        error = self.metric.error(value, self.scored_images, recorded)
        assert error is not None, "values that do not determine their error are recorded with it"
        return error

    @property
    def scored_images(self) -> int:
        """How many images the score of one training is read from, at least; folds differ by a few."""
        return self.data.val_images if self.folds is None else min(self.folds.images)

    @property
    def trained_images(self) -> int | None:
        """How many images a network learns from, at least; None in files of versions that did not say."""
        if self.folds is None:
            return self.data.train_images
        return sum(self.folds.images) - max(self.folds.images)

    def fold_of(self, seed: int) -> Fold | None:
        """Returns the fold that trainings with a seed leave out and are scored on; None: the search has no folds."""
        return None if self.folds is None else Fold.of_seed(seed, self.folds.of)

    def fold_number(self, seed: int) -> int | None:
        """Returns the number of :meth:`fold_of` a seed."""
        fold = self.fold_of(seed)
        return None if fold is None else fold.number

    def images_scored(self, seed: int) -> int:
        """Returns how many images a training with a seed is scored on."""
        fold = self.fold_of(seed)
        return self.data.val_images if self.folds is None or fold is None else self.folds.images[fold.number]

    def key_of(self, candidate: Candidate, seed: int, epochs: int | None = None) -> str:
        """Returns the :func:`evaluation_key` of a network's training.

        Args:
            candidate: the network.
            seed: of the training.
            epochs: the epochs trained; None: all of the recipe.
        """
        return self._key(candidate, self.recipe, seed, epochs, self.taught_by)

    def _key(self, candidate: Candidate, recipe: Recipe, seed: int, epochs: int | None, teacher: str | None) -> str:
        pretrained = self.pretrained_for(candidate.arch)
        return evaluation_key(
            candidate,
            recipe,
            self.data.data_id,
            seed=seed,
            epochs=recipe.epochs if epochs is None else epochs,
            pretrained_sha256=None if pretrained is None else pretrained.sha256,
            cut_from=None if pretrained is None else pretrained.cut_from(candidate.arch),
            teacher=teacher,
            method=self.method,
            metric=self.search.metric,
            metric_sha256=None if self.own_metric is None else self.own_metric.sha256,
            fold=self.fold_of(seed),
            groups_sha256=None if self.folds is None else self.folds.groups_sha256,
        )

    @property
    def own_teacher(self) -> Candidate | None:
        """The network that the search trains to teach all others: the widest plain one at the largest size.

        Of the first backbone, whatever it costs; None: ``training.teacher`` names another one, or none.
        """
        if self.training.teacher != "auto":
            return None
        space = self.search_space
        return space.base(space.backbones[0], max(space.widths), max(space.input_sizes))

    @property
    def taught_by(self) -> str | None:
        """The teacher in keys: the id of a given one, or the key of the training of an own one; None: there is none."""
        if self.own_teacher is None:
            return self.teacher_id
        return self._key(self.own_teacher, self.recipe.without_teacher, self.search.seed, None, None)

    def pretrained_for(self, arch: ArchConfig) -> PretrainedFile | None:
        """Returns the file that ``arch`` starts from; None: the network starts fresh."""
        return file_for(self.pretrained, arch.backbone, arch.width)

    @property
    def known_costs(self) -> tuple[KnownCost, ...]:
        """The costs that the search counts, in the order shown."""
        return self.search.known_costs

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives: the metric, then known costs."""
        known = {cost.name: cost for cost in self.known_costs}
        minimised = (known[name] for name in self.search.objectives)
        return (
            Objective(name=self.metric.name, label=self.metric.label, direction="maximize"),
            *(Objective(name=cost.name, label=cost.label, unit=cost.unit, direction="minimize") for cost in minimised),
        )

    @property
    def reference_in_words(self) -> str:
        """The reference point, such as ``accuracy 10.0%, 2,750,000 parameters, 44,000,000 FLOPs``."""
        return self.reference.describe(self.objectives)

    @property
    def budgets_in_words(self) -> str:
        """The limits on costs, such as ``2.5M parameters and 40M FLOPs``."""
        return self.search_space.budgets.describe(self.known_costs)

    @cached_property
    def limits(self) -> dict[str, int]:
        """The highest cost of a network of the search, by the name of a known cost."""
        return _limits(self.search_space)

    @cached_property
    def networks(self) -> int | None:
        """The number of networks within the budgets; None: too many to count."""
        return self.search_space.count_within_budgets()

    @cached_property
    def search_space(self) -> SearchSpace:
        """The networks that may be chosen."""
        return build_space(
            self.space,
            self.budgets,
            num_classes=len(self.data.classes),
            input_sizes=self.input_sizes,
            known_costs=self.known_costs,
            baselines=self.search.baselines,
            conventions=Conventions(tuple(self._conventions())),
        )

    def _conventions(self) -> Iterator[tuple[Backbone, float, Convention]]:
        """Yields the conventions of networks that start from trained weights."""
        for file in self.pretrained:
            for backbone in self.space.backbones if file.backbone is None else (file.backbone,):
                if file.convention in DESIGNS[backbone].conventions:
                    yield backbone, inf if file.width is None else file.width, file.convention


def _limits(space: SearchSpace) -> dict[str, int]:
    """Returns the least of the budget and of the highest cost in the space, for each known cost."""
    limits = space.budgets.limits
    return {name: min(limits.get(name, cost), cost) for name, cost in space.largest_costs().items()}
