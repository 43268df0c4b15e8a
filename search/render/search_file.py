"""A search file to begin with: the requested settings, all other keys as comments, and a schema for editors."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.storage.manifest import Manifest
from search.config.settings import SearchSettings
from spaces import BudgetsConfig, format_count, parse_count

SCHEMA_NAME = "search.schema.json"
_COMMENT_AT = 44  # column


def search_file(settings: SearchSettings, manifest: Manifest, reasons: Mapping[str, str] | None = None) -> str:
    """Returns YAML with all keys of ``settings``; those at their defaults are commented out.

    Args:
        settings: the settings of the search.
        manifest: of its data.
        reasons: by dotted key, why it has its value, as a comment; the comments of other keys say what they mean; None:
            no reasons.
    """
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_NAME}",
        f"# {manifest.name}: {len(manifest.classes)} classes, {manifest.splits['train'].images} training images, "
        f"{manifest.splits['val'].images} validation images, {manifest.image_size} px.",
        "# A key after a # has its default value. To change the value, remove the # and the space after the #, also in",
        "# the line of its section.",
        "",
        f"name: {json.dumps(settings.name, ensure_ascii=False)}",  # 2024 is a name, not a number
        f"data: {json.dumps(str(settings.data), ensure_ascii=False)}",
    ]
    for name in SearchSettings.model_fields:
        section = getattr(settings, name)
        if isinstance(section, BaseModel):
            lines += ["", *_section(name, section, "", name, reasons or {})]
    return "\n".join(lines) + "\n"


def schema() -> str:
    """Returns the JSON Schema of search files, by which editors complete and check them."""
    return json.dumps(SearchSettings.model_json_schema(), indent=2) + "\n"


def _section(name: str, section: BaseModel, indent: str, path: str, reasons: Mapping[str, str]) -> list[str]:
    lines = [
        line
        for key, field in type(section).model_fields.items()
        for line in _key(key, field, section, indent + "  ", f"{path}.{key}", reasons)
    ]
    asked = any(not line.lstrip().startswith("#") for line in lines)
    what = (type(section).__doc__ or "").splitlines()[0].rstrip(".")
    return [_commented(f"{indent}{'' if asked else '# '}{name}:", what), *lines]


def _key(
    name: str, field: FieldInfo, section: BaseModel, indent: str, path: str, reasons: Mapping[str, str]
) -> list[str]:
    value = getattr(section, name)
    if isinstance(value, BaseModel):
        return _section(name, value, indent, path, reasons)
    asked = value not in (field.default, None)  # a key without a value is left to its default
    plain = field.default if value is None else section.model_dump(mode="json", include={name})[name]
    if isinstance(section, BudgetsConfig) and value is not None and parse_count(format_count(value)) == value:
        plain = format_count(value)
    return [_commented(f"{indent}{'' if asked else '# '}{name}: {_flow(plain)}", reasons.get(path, field.description))]


def _commented(line: str, comment: str | None) -> str:
    return f"{line.ljust(_COMMENT_AT)}  # {comment}" if comment else line


def _flow(value: Any) -> str:
    """Returns the value in one line of YAML."""
    return yaml.safe_dump(value, default_flow_style=True, width=10_000).strip().removesuffix("...").strip()
