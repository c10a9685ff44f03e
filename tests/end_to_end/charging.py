"""Calls of a fixed price, and charges beside them: what the tests of charges and of closed months share."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sample_traces.otlp import Sent, Value, pack, span
from tests.lake import land, open_warehouse

SECOND = 10**9
PRICES = """provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source
openai,gpt-4o,input,2.5,,,fixed for the test
openai,gpt-4o,output,10,,,fixed for the test
"""
CHARGE_COLUMNS = (
    "charge_id,category,provider,description,amount,currency,period_from,period_to,source,covers,supersedes"
)


def call(
    number: int, day: str, input_tokens: int, user: str = "carl", *, task: str | None = None, model: str = "gpt-4o"
) -> Sent:
    """A call of 2.5 dollars a million input tokens, at noon of ``day``; a trace of its own."""
    start = int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()) * SECOND + number
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": input_tokens,
        "gen_ai.usage.output_tokens": 0,
        "user.id": user,
        "spanledger.task.id": task,
    }
    made = span(f"{number:032x}", f"{number:016x}", None, "chat", (start, start + SECOND), attributes)
    return Sent((("service.name", "s"), ("spanledger.organization", "acme")), ("app", "1"), made)


def deliver(data: Path, *sent: Sent) -> None:
    """Land spans as one more segment each."""
    land(pack(sent, 1), data, per_segment=1)


def write_charges(path: Path, *rows: str) -> Path:
    """A charges file of ``rows`` below `CHARGE_COLUMNS`."""
    path.write_text("\n".join((CHARGE_COLUMNS, *rows)) + "\n")
    return path


def ask(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the published build."""
    with open_warehouse(data) as warehouse:
        return warehouse.execute(sql).fetchall()


def costs(data: Path) -> dict[int, Decimal | None]:
    """Cost of every call by its number."""
    return {int(span_id, 16): cost for span_id, cost in ask(data, "select span_id, cost_usd from fct_calls")}
