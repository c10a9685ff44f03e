"""A question's SQL with its parameters written in: it runs as it stands in DuckDB on the published warehouse."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app import questions, warehouse
from app.evidence.answers import Asked

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\$([a-z_]+)""")
_OPEN = re.compile(r"^ *AND \(\$([a-z_]+) IS NULL OR .*\)$")
_FIRST_COMMENT = re.compile(r"\A(?:--[^\n]*\n)+")  # a command line takes it for an option
_LAST_LIMIT = re.compile(r"\s*\bLIMIT (?:\d+|\$[a-z_]+)(?: OFFSET \$[a-z_]+)?\s*;?\s*\Z")
_MICROSECOND = timedelta(microseconds=1)


def sql(asked: Asked) -> str:
    """The question's text for all rows of its answer, also where the page shows the first ones; ends with `;`.

    Conditions of filters that are open are left out.
    """
    text = warehouse.text(asked.path, asked.name, asked.parameters)
    whole = _LAST_LIMIT.sub("", _FIRST_COMMENT.sub("", text)).rstrip().rstrip(";")
    return f"{written(_without_open(whole, asked.parameters), asked.parameters, f'queries/{asked.name}.sql')};"


def is_cut(asked: Asked) -> bool:
    """Whether the question itself asks for the first rows only."""
    return _LAST_LIMIT.search(questions.sql(asked.name)) is not None


def described(asked: Asked) -> str:
    """What the question's file says of it in its first lines."""
    lines = (questions.QUERIES / f"{asked.name}.sql").read_text().splitlines()
    said = [line.removeprefix("--").strip() for line in lines[: _comment_lines(lines)]]
    return " ".join(said)


def _comment_lines(lines: list[str]) -> int:
    return next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))


def written(text: str, parameters: Mapping[str, Any], what: str) -> str:
    """``text`` with each `$name` outside quotes and comments as a literal. Raises LookupError naming ``what``."""
    bound = questions.bound(text, parameters, what)

    def replaced(found: re.Match[str]) -> str:
        return literal(bound[found[1]]) if found[1] else found[0]

    return _TOKEN.sub(replaced, text)


def literal(value: Any) -> str:
    """A value as DuckDB reads it back with the same type. Raises TypeError for a kind that no parameter has."""
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, float):
        return f"{value!r}::DOUBLE"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(one) for one in value)}]"
    return _of_time(value)


def _of_time(value: Any) -> str:
    if isinstance(value, datetime):
        kind, at = ("TIMESTAMPTZ", value.astimezone(UTC)) if value.tzinfo else ("TIMESTAMP", value)
        return f"{kind} '{at.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, timedelta):
        return f"to_microseconds({value // _MICROSECOND})"
    raise TypeError(f"a parameter of type {type(value).__name__} ({value!r}) has no literal; expected text, a number, "
                    "a time, a list of these or None")  # fmt: skip


def _without_open(text: str, parameters: Mapping[str, Any]) -> str:
    """Without the lines of open filters: `TRUE OR …` changes nothing, and twenty of them hide what is asked.

    Before values are written in: one that holds a line's end must not lose the quote behind it.
    """
    return "\n".join(line for line in text.splitlines() if not _is_open(line, parameters))


def _is_open(line: str, parameters: Mapping[str, Any]) -> bool:
    found = _OPEN.match(line)
    return found is not None and _is_balanced(line) and parameters.get(found[1], "") is None


def _is_balanced(line: str) -> bool:
    bare = _TOKEN.sub("", line)
    return bare.count("(") == bare.count(")")
