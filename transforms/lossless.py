"""A lake row back to what was sent: every attribute of span, resource and scope, every event and link.

The inverse of `transforms.normalise`. An attribute stands in exactly one place: in the canonical column that
``shape`` names, or as text in ``attributes``. ``shape`` maps a key to [type, column]; a key without an entry is a
string in ``attributes``. Values come back as Python values of their own type (see `transforms.typed`); content
that was replaced comes back as `Hashed`. Of a repeated key the first value comes back; `repeated_of` gives the rest.
"""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from transforms import typed
from transforms.typed import Hashed, Repeated

Row = Mapping[str, Any]
"""A row of the lake as `pyarrow.Table.to_pylist` gives it."""


def attributes_of(row: Row) -> dict[str, Any]:
    """The span's attributes by key."""
    shape = shape_of(row["shape"])
    result: dict[str, Any] = {}
    for key, text in row["attributes"]:
        type_, _ = shape.get(key, ("string", None))
        result[key] = _from_text(type_, text)
    for key, (type_, column) in shape.items():
        if column is not None:
            result[key] = back(type_, row[column])
    return result


@lru_cache(maxsize=4096)
def shape_of(text: str) -> Mapping[str, tuple[str, str | None]]:
    """Type and column of each attribute by key; many rows share one shape."""
    return {key: (type_, column) for key, (type_, column) in json.loads(text).items()}


def repeated_of(row: Row) -> list[tuple[str, Any]]:
    """Attributes whose key the span had already used, in order."""
    extras = json.loads(row["extras"]) if row["extras"] else {}
    return [(key, typed.from_json(value)) for key, value in extras.get("repeated", [])]


def resource_of(row: Row) -> dict[str, Any]:
    """The resource's attributes by key."""
    return _attributes(row["resource_attributes"])


def scope_of(row: Row) -> dict[str, Any]:
    """Name, version, attributes, schema URLs and dropped counts of the scope and of the resource around it."""
    said = json.loads(row["scope_attributes"]) if row["scope_attributes"] else {}
    said["attributes"] = _first(typed.from_json(said.get("attributes", {})))
    return {"name": row["scope_name"] or "", "version": row["scope_version"] or "", **said}


def events_of(row: Row) -> list[dict[str, Any]]:
    """The span's events: name, time_unix_nano, attributes, and dropped_attributes_count where not 0."""
    return _listed(row["events"])


def links_of(row: Row) -> list[dict[str, Any]]:
    """The span's links: trace_id and span_id in hex, attributes, and what else was set."""
    return _listed(row["links"])


def back(type_: str, value: Any) -> Any:
    """A canonical column's value as the attribute type it was sent with; `transforms.reading` proves it exact."""
    match type_, value:
        case "string", bool():
            return "true" if value else "false"
        case "string", float():
            return repr(value)
        case "string", _:
            return str(value)
        case "int", _:
            return int(value)
        case "double", str() | int() | float() | Decimal():
            return float(value)
        case "bool", _:
            return value == "true" if isinstance(value, str) else bool(value)
    raise ValueError(f"shape names type {type_!r}, which no canonical column holds; the row was written by other rules")


def _from_text(type_: str, text: str | None) -> Any:
    match type_:
        case "string":
            return text
        case "empty":
            return None
        case "bytes":
            return base64.b64decode(text or "")
        case "array" | "kvlist":
            return typed.loads(text or "null")
        case "hashed":
            return Hashed(text or "")
    return back(type_, text)


def _attributes(text: str | None) -> dict[str, Any]:
    return _first(typed.loads(text)) if text else {}


def _first(value: Any) -> dict[str, Any]:
    first: dict[str, Any] = value.first if isinstance(value, Repeated) else value
    return first


def _listed(text: str | None) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(text) if text else []
    return [{**item, "attributes": _first(typed.from_json(item.get("attributes", {})))} for item in items]
