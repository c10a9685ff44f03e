"""What a statement names: whether it asks the narrowed tables and nothing else.

Questions are ours, yet what a page downloads is a question with the address's values written in, and a question may be
changed by somebody who does not think of readers. So each is taken apart by DuckDB's own parser before it is put, and
only what is known to be harmless passes: one SELECT, of tables by their plain names.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

_SOURCES = {"BASE_TABLE", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "EMPTY", "TABLE_FUNCTION"}
_FUNCTIONS = {"unnest", "range", "generate_series"}
_PARSE = "SELECT json_serialize_sql($text, skip_default := true)"


@dataclass(frozen=True)
class Names:
    """In lower case: tables and table macros that a statement may ask; ``system``: what DuckDB offers beside them."""

    tables: frozenset[str]
    macros: frozenset[str]
    system: frozenset[str]


def asks_only(cursor: duckdb.DuckDBPyConnection, text: str, names: Names) -> bool:
    """Whether ``text`` is one SELECT that reads nothing but ``names``."""
    answer = cursor.execute(_PARSE, {"text": text}).fetchone()
    assert answer is not None
    parsed = json.loads(answer[0])
    if parsed["error"] or len(parsed["statements"]) != 1:
        return False
    return all(_harmless(node, defined, names) for node, defined in _nodes(parsed["statements"], frozenset()))


def _nodes(part: Any, defined: frozenset[str]) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every node below, with the names that WITH has given to statements there."""
    if isinstance(part, list):
        for one in part:
            yield from _nodes(one, defined)
    elif isinstance(part, dict):
        defined |= _defined(part)
        yield part, defined
        for one in part.values():
            yield from _nodes(one, defined)


def _defined(node: dict[str, Any]) -> frozenset[str]:
    return frozenset(entry["key"].lower() for entry in (node.get("cte_map") or {}).get("map", ()))


def _harmless(node: dict[str, Any], defined: frozenset[str], names: Names) -> bool:
    if _defined(node) & names.system:  # before its definition the name would be DuckDB's own
        return False
    if any(node[key]["type"] not in _SOURCES for key in ("from_table", "left", "right") if _is_source(node, key)):
        return False
    if node.get("type") == "BASE_TABLE":
        is_plain = not node.get("catalog_name") and node.get("schema_name", "main").lower() == "main"
        return is_plain and node["table_name"].lower() in names.tables | defined
    if node.get("type") == "TABLE_FUNCTION":
        function = node["function"]
        return function["function_name"].lower() in _FUNCTIONS | names.macros and not function.get("catalog")
    return not (node.get("class") == "FUNCTION" and node.get("catalog"))


def _is_source(node: dict[str, Any], key: str) -> bool:
    """Comparisons have a left and a right too."""
    return isinstance(node.get(key), dict) and (key == "from_table" or node.get("type") == "JOIN")
