"""One meaning, one name: no two classes or types of the code have the same public name."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.helpers import ROOT

EXCEPTIONS: dict[str, str] = {}  # by name, why several types have it


def definitions(source: str) -> Iterator[tuple[str, str]]:
    """The public classes of a module, those within others too, and its aliases of types with what they stand for."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, ""
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node in tree.body and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and re.fullmatch(r"[A-Z]\w*[a-z]\w*", target.id):
                    yield target.id, ast.unparse(node.value)


def ambiguous(sources: dict[str, str]) -> dict[str, list[str]]:
    """The names that stand for several types, with the files of each; an alias may be repeated as it is."""
    files, meanings = defaultdict(list), defaultdict(set)
    for path, source in sources.items():
        for name, meaning in definitions(source):
            if not name.startswith("_") and name not in EXCEPTIONS:
                files[name].append(path)
                meanings[name].add(meaning or path)
    return {name: paths for name, paths in files.items() if len(meanings[name]) > 1}


def test_a_type_has_a_name_of_its_own() -> None:
    folders = ("pipelines", "search", "spaces", "ulsam")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 200
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    assert ambiguous(sources) == {}


def test_a_second_class_of_a_name_or_an_alias_is_found() -> None:
    sources = {
        "a.py": "class GoneError(ValueError): ...",
        "b.py": "class Outer:\n    class GoneError(ValueError): ...",
        "c.py": "Mode = int\nLIMIT = 1\nlimit: int = 1",
        "d.py": "Mode: object = str\nLIMIT = 2\nlimit: int = 2",
        "e.py": "class _Private: ...",
        "f.py": "class _Private: ...",
        "g.py": "Key = tuple[int]",
        "h.py": "Key = tuple[int]",
    }
    assert ambiguous(sources) == {"GoneError": ["a.py", "b.py"], "Mode": ["c.py", "d.py"]}
