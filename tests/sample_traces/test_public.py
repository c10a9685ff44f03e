"""The public sets as OTLP hold exactly the published totals; skipped, saying why, where the sets are missing."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from sample_traces import public
from sample_traces.public.files import nanoseconds

Row = tuple[Span, dict[str, Any]]


@cache
def rows(name: str) -> list[Row]:
    if not os.environ.get(public.ENVIRONMENT_VARIABLE):
        pytest.skip(f"set {public.ENVIRONMENT_VARIABLE} to the folder of the public sets")
    bodies = (ExportTraceServiceRequest.FromString(body) for body in public.LOADERS[name]())
    spans = (s for request in bodies for rs in request.resource_spans for ss in rs.scope_spans for s in ss.spans)
    return [(s, {a.key: getattr(a.value, str(a.value.WhichOneof("value"))) for a in s.attributes}) for s in spans]


def expected(name: str) -> dict[str, Any]:
    totals: dict[str, Any] = json.loads(
        (Path(os.environ[public.ENVIRONMENT_VARIABLE]) / "expected_totals.json").read_text()
    )
    return dict(totals[name])


def dollars(found: list[Row]) -> Decimal:
    return sum((Decimal(str(a["spanledger.cost_usd"])) for _, a in found if "spanledger.cost_usd" in a), Decimal(0))


def operation(found: list[Row], name: str) -> list[Row]:
    return [row for row in found if row[1].get("gen_ai.operation.name") == name]


@pytest.mark.parametrize("name", list(public.LOADERS))
def test_span_ids_are_unique_and_valid(name: str) -> None:
    found = rows(name)
    known = {(s.trace_id, s.span_id) for s, _ in found}
    assert len(known) == len(found)
    for s, _ in found:
        assert (len(s.trace_id), len(s.span_id)) == (16, 8)
        assert s.start_time_unix_nano <= s.end_time_unix_nano
        assert not s.parent_span_id or (s.trace_id, s.parent_span_id) in known


def test_openhands_tasks_outcomes_and_dollars() -> None:
    found = rows("openhands_index")
    total = expected("openhands_index")
    outcomes = Counter(a.get("spanledger.task.outcome") for _, a in found)
    assert (len(found), outcomes["success"], outcomes["failure"], outcomes[None]) == (26212, 17015, 9183, 14)
    assert len({a["spanledger.task.id"] for _, a in found}) == 26212
    assert sum("spanledger.cost_usd" not in a for _, a in found) == total["cost_null"]
    assert sum(a.get("spanledger.cost_usd") == 0 for _, a in found) == total["cost_zero"]
    assert round(dollars(found), 6) == Decimal("27968.272099")
    by_benchmark = Counter(a["spanledger.workflow.id"] for _, a in found)
    assert by_benchmark == {name: figures["tasks"] for name, figures in total["by_benchmark"].items()}


def test_azure_requests_and_tokens() -> None:
    found = rows("azure_conv")
    read = sum(a["gen_ai.usage.input_tokens"] for _, a in found)
    written = sum(a["gen_ai.usage.output_tokens"] for _, a in found)
    assert (len(found), read, written) == (19366, 22361870, 4088665)
    assert Decimal(read) * Decimal("2.50") / 10**6 + Decimal(written) * 10 / 10**6 == Decimal("96.791325")
    assert found[0][0].start_time_unix_nano == nanoseconds("2023-11-16 18:15:46.680590000")


def test_coding_agent_counts_the_last_line_of_each_reply() -> None:
    found = rows("coding_agent_log")
    calls = operation(found, "chat")
    right = expected("coding_agent_log")["keep_last"]
    keys = (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
    )
    sums = tuple(sum(a[key] for _, a in calls) for key in keys)
    assert (len(calls), *sums) == (70, right["output"], right["cache_read"], right["cache_write"])
    assert sum(map(anthropic_cost, calls)) == Decimal("9.2306005")
    assert len(operation(found, "invoke_agent")) == 3
    assert len(operation(found, "execute_tool")) == 88
    errors = [s for s, _ in operation(found, "execute_tool") if s.status.code == Status.STATUS_CODE_ERROR]
    assert len(errors) == expected("coding_agent_log")["tool_errors"]


def anthropic_cost(row: Row) -> Decimal:
    attributes = row[1]
    twice = 2 if attributes["gen_ai.request.model"] == "claude-fable-5" else 1
    read, written = (attributes[f"gen_ai.usage.cache_{kind}.input_tokens"] for kind in ("read", "creation"))
    plain = attributes["gen_ai.usage.input_tokens"] - read - written
    millionths = (
        plain * 5 + attributes["gen_ai.usage.output_tokens"] * 25 + read * Decimal("0.5") + written * Decimal("6.25")
    )
    return twice * Decimal(millionths) / 10**6


def test_aider_costs_and_passes() -> None:
    found = rows("aider")
    assert len(found) == 38
    assert sum("spanledger.cost_usd" in a for _, a in found) == 27
    assert dollars(found) == Decimal("465.7314")
    assert sum(a["spanledger.task.units_succeeded"] for _, a in found) == 4049
    priced = [a for _, a in found if "spanledger.cost_usd" in a]
    assert sum(a["spanledger.task.units_succeeded"] for a in priced) == 3311
    assert sum(s.events[0].attributes[1].value.double_value for s, _ in found) == 1828


def test_tau_bench_turns_tools_and_outcomes() -> None:
    found = rows("tau_bench_airline")
    tools = operation(found, "execute_tool")
    assert len(tools) == 621
    assert sum(s.status.code == Status.STATUS_CODE_ERROR for s, _ in tools) == 63
    assert len({(s.trace_id, a["gen_ai.tool.name"], a["spanledger.input.hash"]) for s, a in tools}) == 621 - 23
    assert len(operation(found, "chat")) == 1381 + 860
    outcomes = Counter(a["spanledger.task.outcome"] for _, a in found if "spanledger.task.outcome" in a)
    assert outcomes == {"success": 31, "failure": 69}
    assert round(dollars(found), 6) == Decimal("0.286545")


def test_a_missing_set_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(public.PublicSetMissingError, match="AzurePublicDataset"):
        next(public.azure_conv(tmp_path))
    monkeypatch.delenv(public.ENVIRONMENT_VARIABLE, raising=False)
    with pytest.raises(public.PublicSetMissingError, match=public.ENVIRONMENT_VARIABLE):
        next(public.openhands_index())


def times() -> Iterator[tuple[str, int]]:
    yield "2023-11-16 18:15:46.6805900", 1700158546_680590000
    yield "2026-08-01T04:04:32.280Z", 1785557072_280000000
    yield "2026-04-27T17:03:39.913993+00:00", 1777309419_913993000
    yield "2026-04-23T20:42:16+00:00", 1776976936_000000000


@pytest.mark.parametrize(("text", "unix"), list(times()))
def test_times_are_read_to_the_nanosecond(text: str, unix: int) -> None:
    assert nanoseconds(text) == unix
