"""The operations of a network other than convolutions and linear layers, counted in elements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Work that ``flops`` leaves out, for one image: little, but most of the time of attention on a GPU.

    Attributes:
        products: multiply-adds of two feature maps (the attention matrix of a non-local block).
        norms: elements that a batch norm scales and shifts.
        activations: elements that pass a ReLU, a ReLU6 or a sigmoid.
        pooling: elements that a pooling reads, 9 for each output of a 3x3 window.
        softmax: elements that a softmax makes.
        multiplies: products of one element with another, or with its attention.
        additions: sums of two elements, as in a residual.
    """

    products: int = 0
    norms: int = 0
    activations: int = 0
    pooling: int = 0
    softmax: int = 0
    multiplies: int = 0
    additions: int = 0

    def __add__(self, other: "Operations") -> "Operations":
        # Spelt out: spaces add up very many, and asking for the names of fields takes most of the time.
        return Operations(
            products=self.products + other.products,
            norms=self.norms + other.norms,
            activations=self.activations + other.activations,
            pooling=self.pooling + other.pooling,
            softmax=self.softmax + other.softmax,
            multiplies=self.multiplies + other.multiplies,
            additions=self.additions + other.additions,
        )
