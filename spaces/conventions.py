"""Which networks of a space follow a library's convention: those that start from weights of that library."""

from dataclasses import dataclass

from ulsam.backbones import Backbone
from ulsam.conventions import Convention


@dataclass(frozen=True, slots=True)
class Conventions:
    """The conventions of a space's networks; a network has that of the nearest width that is not narrower.

    Attributes:
        known: for a backbone, up to a width multiplier, the convention. Networks beyond all of them follow ``torch``.
    """

    known: tuple[tuple[Backbone, float, Convention], ...] = ()

    def of(self, backbone: Backbone, width: float) -> Convention:
        """Returns the convention of a network.

        Args:
            backbone: of the network.
            width: its width multiplier.
        """
        wider = [(widest, convention) for of, widest, convention in self.known if of == backbone and widest >= width]
        return min(wider, key=lambda one: one[0])[1] if wider else "torch"
