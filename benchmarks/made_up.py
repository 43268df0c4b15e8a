"""A search without data, to measure everything except trainings."""

from pathlib import Path

from search.config.settings import SearchSection, SearchSettings
from search.optimize.pareto import ReferencePoint
from search.study.data_spec import DataSpec
from search.study.spec import StudySpec
from spaces import SpaceConfig


def made_up_spec(name: str, search: SearchSection, space: SpaceConfig = SpaceConfig()) -> StudySpec:
    """The spec of a search called ``name``."""
    settings = SearchSettings(name=name, data=Path("nowhere"), search=search, space=space)
    data = DataSpec(
        folder=Path("nowhere"),
        name="nothing",
        data_id="none",
        classes=tuple("0123456789"),
        image_size=64,
        val_images=100,
        mean=(0, 0, 0),
        std=(1, 1, 1),
    )
    return StudySpec(
        search_id=name,
        name=name,
        data=data,
        space=settings.space,
        budgets=settings.budgets,
        search=settings.search,
        training=settings.training,
        resources=settings.resources,
        reference=ReferencePoint(value=0.1, costs={"params": 4_000_000, "flops": 40_000_000}),
    )
