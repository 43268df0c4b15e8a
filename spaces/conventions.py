"""Which networks of a space follow a library's convention: those that start from weights of that library."""

from dataclasses import dataclass

from ulsam.backbones import Backbone
from ulsam.conventions import Convention


@dataclass(frozen=True, slots=True)
class Conventions:
    """For a backbone, up to a width, the convention; of several the one of the nearest width that is not narrower."""

    known: tuple[tuple[Backbone, float, Convention], ...] = ()

    def of(self, backbone: Backbone, width: float) -> Convention:
        """That of networks of ``backbone`` and ``width``."""
        wider = [(widest, convention) for of, widest, convention in self.known if of == backbone and widest >= width]
        return min(wider, key=lambda one: one[0])[1] if wider else "torch"
