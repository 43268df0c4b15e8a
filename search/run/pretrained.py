"""The weights that a search starts its networks from."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from search.errors import UsageError
from spaces import Candidate, SearchSpace
from ulsam import Inheritance, build_model, inherit


class NothingInheritedError(UsageError):
    """No network of a space has weights of the same names and shapes as a file.

    Attributes:
        names: of the weights in the file.
    """

    def __init__(self, names: Sequence[str]) -> None:
        such = names[0] if names else "none: it is empty"
        super().__init__(
            f"no network of the space has weights of the same names and shapes as the file, such as {such}"
        )
        self.names = tuple(names)


def inheritances(space: SearchSpace, trained: Mapping[str, Tensor]) -> dict[Candidate, Inheritance]:
    """What each base of ``space`` would take over from ``trained``; a placement may inherit its attention besides.

    Raises:
        NothingInheritedError: no network of the space would inherit anything.
    """
    bases = dict.fromkeys(family.base for family in space.feasible_families)
    with torch.device("meta"):
        found = {base: inherit(build_model(base.arch, base.input_size), trained) for base in bases}
    if not any(inheritance.inherited for inheritance in found.values()):
        first = next(iter(found.values()))
        raise NothingInheritedError(first.unused)
    return found
