"""Spans sent by hand, one case per organization, and the rows they became: what the tests of known mistakes share."""

from typing import Any

import duckdb

from sample_traces.otlp import Attributes, Sent, span

START = 1_790_000_000_000_000_000
MS = 1_000_000
IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"
CHAT: Attributes = {"gen_ai.operation.name": "chat"}
GPT: Attributes = {**CHAT, "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
CLAUDE: Attributes = {
    **CHAT,
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-20250514",
}
TASK: Attributes = {
    "spanledger.task.id": "task",
    "spanledger.task.outcome": "success",
    "spanledger.traffic_source": "production",
    "spanledger.step": "draft",
    "spanledger.input.hash": "same",
}

LANDED: list[Sent] = []
"""What the cases send, in the order they are read in."""

Row = dict[str, Any]


def sends(
    case: str,
    number: int,
    scope: str,
    attributes: Attributes,
    *,
    below: int | None = None,
    name: str = "chat",
    ms: tuple[int, int] = (0, 1000),
    error: str | None = None,
    trace: str | None = None,
) -> None:
    """One span of the organization ``case``; ``below`` is its parent's number, ``ms`` are its start and end."""
    made = span(
        (trace or case).encode().hex().ljust(32, "0")[:32],
        f"{number:016x}",
        None if below is None else f"{below:016x}",
        name,
        (START + ms[0] * MS, START + ms[1] * MS),
        attributes,
        error=error,
    )
    LANDED.append(Sent((("service.name", "s"), ("spanledger.organization", case)), (scope, "1"), made))


def rows(warehouse: duckdb.DuckDBPyConnection, table: str, case: str, order: str) -> list[Row]:
    found = warehouse.execute(f"select * from {table} where organization = ? order by {order}", [case])
    names = [column for column, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def calls(warehouse: duckdb.DuckDBPyConnection, case: str) -> list[Row]:
    return rows(warehouse, "fct_calls", case, "span_id")


def only_call(warehouse: duckdb.DuckDBPyConnection, case: str) -> Row:
    found = calls(warehouse, case)
    assert len(found) == 1
    return found[0]


def tokens(call: Row) -> tuple[int | None, ...]:
    """Input, read from cache, written to cache, output."""
    names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens")
    return tuple(call[name] for name in names)


def findings(warehouse: duckdb.DuckDBPyConnection, case: str) -> dict[str, int]:
    listed = rows(warehouse, "rpt_data_quality", case, '"check"')
    return {row["check"]: row["rows"] for row in listed}
