"""The names of the samplers that a search may use."""

from typing import Literal

OptunaSamplerName = Literal["tpe", "nsga2", "gp", "random"]
SamplerName = Literal["known_cost", "tpe", "nsga2", "gp", "random"]
