"""Changes that a user asks for by block number, and that no network of a space can have."""

from collections.abc import Iterator, Sequence

from spaces.change import ChangeMode
from spaces.errors import NoChangeError
from spaces.family import Family
from spaces.valid_changes import ValidChanges


def unchangeable(
    families: Sequence[Family],
    modes: Sequence[ChangeMode],
    *,
    together: Sequence[tuple[int, ...]],
    listed: Sequence[int],
    groups: Sequence[int],
    min_map: int,
) -> Iterator[NoChangeError]:
    """Yields an error for each change that the user asks for and no network can have.

    These are groups that a mode can change nowhere, each once, and, if ``remove`` is a mode, listed blocks that no
    network can remove. A block that changes the shape may be listed, because attention may follow it.

    Args:
        families: of the space.
        modes: how blocks may be changed.
        together: groups of blocks that are changed alike, each in ascending order.
        listed: numbers of the blocks that may be changed; empty: the user lists none.
        groups: the numbers of subspaces to choose from, for the message alone.
        min_map: the smallest side of a map that takes attention over positions, for the message alone.
    """
    valid = {(option.blocks, option.mode) for family in families for unit in family.units for option in unit}

    def no_change(key: str, blocks: tuple[int, ...], mode: ChangeMode) -> NoChangeError:
        longest = max((ValidChanges(family.base, min_map) for family in families), key=lambda valid: len(valid.blocks))
        what = f"{mode} {' and '.join(map(str, blocks))}: {longest.why_not(blocks, mode, groups)}"
        return NoChangeError(what, where=f"space.placements.{key}", blocks=blocks, mode=mode)

    for group in together:
        impossible = [mode for mode in modes if (group, mode) not in valid]
        if impossible:
            yield no_change("together", group, impossible[0])
    if "remove" in modes:
        changeable = {block for blocks, _ in valid for block in blocks}.union(*together)
        yield from (no_change("blocks", (block,), "remove") for block in listed if block not in changeable)
