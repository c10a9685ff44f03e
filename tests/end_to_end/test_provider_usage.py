"""Every usage object of fifteen hosts, from the span that carries it to the call: counted as its provider documents.

What each host must come to is worked out here from the recorded exchanges, by the providers' own rules and without the
product's code.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sample_traces.otlp import pack
from sample_traces.public import PublicSetMissingError
from sample_traces.public.files import SECOND
from sample_traces.public.provider_usage import FIRST_START, Exchange, exchange_span, exchanges, provider_usage
from spanledger.building.build import Builder
from tests.lake import land, open_warehouse

NOT_A_PROVIDER = "api-staging.traceloop.com"
Sums = tuple[int, ...]
Row = dict[str, Any]


@pytest.fixture(scope="module")
def recorded() -> list[Exchange]:
    try:
        return exchanges()
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def calls(recorded: list[Exchange], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Row]]:
    data: Path = tmp_path_factory.mktemp("provider-usage")
    land(provider_usage(), data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as warehouse:
        yield rows(warehouse, "fct_calls")


def rows(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    found = warehouse.execute(f"select * from {table} order by trace_id")
    names = [column for column, *_ in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def last_said(exchange: Exchange) -> Row:
    return {key: value for usage in exchange["usage"] for key, value in usage.items() if value is not None}


def openai_like(usage: Row) -> Sums:
    """Cached tokens are inside the input, reasoning inside the output."""
    read, written = usage.get("prompt_tokens", usage.get("input_tokens")), usage.get("completion_tokens")
    inside = (usage.get(f"{key}_details") or {} for key in ("prompt_tokens", "prompt_token", "input_tokens"))
    thought = (usage.get(f"{key}_details") or {} for key in ("completion_tokens", "completion_token", "output_tokens"))
    return (
        read or 0,
        sum(one.get("cached_tokens") or 0 for one in inside),
        0,
        written or usage.get("output_tokens") or 0,
        sum(one.get("reasoning_tokens") or 0 for one in thought),
    )


def anthropic(usage: Row) -> Sums:
    """Cache reads and writes stand outside the input."""
    cached, written = usage.get("cache_read_input_tokens", 0), usage.get("cache_creation_input_tokens", 0)
    return usage["input_tokens"] + cached + written, cached, written, usage["output_tokens"], 0


def cohere(usage: Row) -> Sums:
    """Billed units, not what Cohere's own template adds to them; a rerank is billed by the search."""
    billed = usage.get("billed_units", usage)
    return billed.get("input_tokens", 0), 0, 0, billed.get("output_tokens", 0), 0


def bedrock(usage: Row) -> Sums:
    """The API's own names, or the body of the model's maker."""
    if "inputTokens" in usage:
        cached, written = usage.get("cacheReadInputTokens", 0), usage.get("cacheWriteInputTokens", 0)
        return usage["inputTokens"] + cached + written, cached, written, usage.get("outputTokens", 0), 0
    return openai_like(usage) if "prompt_tokens" in usage else anthropic(usage)


def voyage(usage: Row) -> Sums:
    """Embeddings and reranks produce no tokens: the total is input."""
    return usage["total_tokens"], 0, 0, 0, 0


RULES: dict[str, Callable[[Row], Sums]] = {
    "api.anthropic.com": anthropic,
    "api.cohere.com": cohere,
    "api.voyageai.com": voyage,
    "bedrock-runtime.us-east-1.amazonaws.com": bedrock,
}


def test_counts_of_every_host(recorded: list[Exchange], calls: list[Row]) -> None:
    expected, found = defaultdict[str, Sums](tuple), defaultdict[str, Sums](tuple)
    for exchange in recorded:
        if exchange["host"] != NOT_A_PROVIDER:
            usage = last_said(exchange)
            counts = RULES.get(exchange["host"], openai_like)(usage) if usage else (0,) * 5
            expected[exchange["host"]] = added(expected[exchange["host"]], (1, *counts))
    for call in calls:
        names = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
        counts = tuple(call[name] or 0 for name in names)
        found[call["service_name"]] = added(found[call["service_name"]], (1, *counts))
    assert found == expected
    assert found["api.anthropic.com"][1] > 44 * 4, "cache reads and writes are part of the input"


def added(one: Sums, other: Sums) -> Sums:
    return tuple(a + b for a, b in zip(one or (0,) * len(other), other, strict=True))


def test_one_call_per_exchange_with_a_provider(recorded: list[Exchange], calls: list[Row]) -> None:
    """450 exchanges; three ask the data store of an observability tool, which is no model provider: no calls."""
    hosts = Counter(exchange["host"] for exchange in recorded)
    assert (sum(hosts.values()), len(hosts), hosts.pop(NOT_A_PROVIDER)) == (450, 15, 3)
    assert Counter(call["service_name"] for call in calls) == hosts
    assert [call["usage_error"] for call in calls if call["usage_error"]] == []


def test_errors_are_failed_calls_of_unknown_usage(recorded: list[Exchange], calls: list[Row]) -> None:
    errors = [exchange for exchange in recorded if exchange["status"] >= 400]
    assert (len(errors), sum(exchange["host"] == NOT_A_PROVIDER for exchange in errors)) == (15, 3)
    failed = [call for call in calls if call["status"] == "error"]
    assert len(failed) == 12
    nothing = ("input_tokens", "output_tokens", "cost_usd", "computed_cost_usd")
    assert {call[name] for call in failed for name in nothing} == {None}
    assert {call["cost_source"] for call in failed} == {"usage unknown"}


def test_without_usage_is_unknown_and_not_zero(recorded: list[Exchange], calls: list[Row]) -> None:
    """16 carry no usage: the errors, and an answer that a content filter cut. Beside them two reranks billed by the
    search tell no tokens, and one answer of Nova only its input, kept as at least that."""
    assert sum(not exchange["usage"] for exchange in recorded) == 16
    unknown = Counter(
        (call["status"], call["operation"], call["input_tokens"]) for call in calls if not call["is_usage_known"]
    )
    assert unknown.pop(("ok", "chat", None)) == 1
    assert (unknown.pop(("ok", "rerank", None)), unknown.pop(("ok", "chat", 30))) == (2, 1)
    assert {status for status, _, _ in unknown} == {"error"}
    assert sum(unknown.values()) == 12


def test_a_self_hosted_server_has_no_list_price(calls: list[Row]) -> None:
    own = [call for call in calls if call["service_name"].startswith("localhost")]
    assert (len(own), {call["cost_usd"] for call in own}) == (21, {None})
    assert {call["cost_source"] for call in own} == {"unpriced"}


def test_a_reply_recorded_by_several_tests_is_as_many_calls(recorded: list[Exchange], calls: list[Row]) -> None:
    """An id does not make two requests one: seen in two traces, they are one call where one lies within the other in
    time. These were made one after the other, so each was asked for, and each is counted."""
    with_id = [exchange["response_id"] for exchange in recorded if exchange["response_id"]]
    assert (len(with_id), len(set(with_id))) == (388, 299)
    named = [call["response_id"] for call in calls if call["response_id"]]
    assert Counter(named) == Counter(with_id)


def test_sightings_of_one_reply_at_one_time_are_one_call(recorded: list[Exchange], tmp_path: Path) -> None:
    """The same exchanges as if the tests were services that all saw the one reply: each id is one call."""
    seen = Counter[str]()
    spans = []
    for nth, exchange in enumerate(recorded):
        reply = exchange["response_id"] or str(nth)
        seen[reply] += 1
        inset = seen[reply] * SECOND // 100
        spans.append(exchange_span(exchange, (FIRST_START + inset, FIRST_START + SECOND - inset)))
    land(pack(spans, 100), tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        found = rows(warehouse, "fct_calls")
    assert Counter(call["response_id"] for call in found if call["response_id"]) == dict.fromkeys(
        (exchange["response_id"] for exchange in recorded if exchange["response_id"]), 1
    )
    assert len(found) == 299 + (450 - 388 - 3)
