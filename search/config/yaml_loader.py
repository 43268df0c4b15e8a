"""How YAML is read: plain values alone, and nothing that readers understand differently."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from search.errors import UsageError

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")


class AmbiguousError(yaml.YAMLError):
    """Readers of YAML understand the file differently.

    Attributes:
        mistakes: an error for each, whose ``where`` is its line.
    """

    def __init__(self, mistakes: list[UsageError]) -> None:
        super().__init__(str(mistakes[0]))
        self.mistakes = tuple(mistakes)


class NotPlainError(yaml.composer.ComposerError):
    """A file has tags or aliases."""


class AmbiguousNumberError(UsageError):
    """A number that some readers take for another one."""


class KeyTwiceError(UsageError):
    """A section has a key twice, of which readers take either.

    Attributes:
        key: as written there.
    """

    def __init__(self, where: str, key: str) -> None:
        comma = "a number has no commas, write 1000000 or 1M" if key.isdigit() else ""
        super().__init__(f"the key {key!r} occurs twice", where=where, remedy=comma)
        self.key = key


class KeyKindError(UsageError):
    """A key is no single word or number."""


class PlainLoader(yaml.SafeLoader):
    """Safe YAML, and plain: words and numbers as keys, none of them twice, no tags, and no aliases, which can
    unfold a small file into gigabytes.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Composes a node, as PyYAML's own method does.

        Args:
            parent: the node that contains it, for PyYAML.
            index: of the node in ``parent``, for PyYAML.

        Raises:
            NotPlainError: the node is an alias or has a tag.
        """
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise NotPlainError(None, None, "aliases (*name) are not allowed here", event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise NotPlainError(None, None, f"tags ({event.tag}) are not allowed here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_document(self, node: Any) -> Any:
        if mistakes := [*_mistakes(node)]:
            raise AmbiguousError(mistakes)
        return super().construct_document(node)


def _mistakes(node: yaml.Node) -> Iterator[UsageError]:
    """Yields the errors of parts in and below ``node`` that readers of YAML understand differently."""
    line = f"line {node.start_mark.line + 1}"
    if isinstance(node, yaml.ScalarNode):
        if node.tag == "tag:yaml.org,2002:int" and not _INT.fullmatch(node.value):
            what = f"{node.value}: expected a plain number, without leading zeros, '_' or ':'"
            yield AmbiguousNumberError(what, where=line)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            where = f"line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                yield KeyKindError("a key is a single word or number", where=where)
            elif key.value in seen:
                yield KeyTwiceError(where, key.value)
            else:
                seen.add(key.value)
            yield from _mistakes(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _mistakes(item)


def _construct_int(loader: PlainLoader, node: yaml.ScalarNode) -> int:
    return int(node.value, 0)


PlainLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)


class HandwrittenLoader(PlainLoader):
    """Scalars as in the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

    A number with leading zeros, which is octal in YAML 1.1, stays a text, that no key takes for a number.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own place for them


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", _INT.pattern, "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    HandwrittenLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))
