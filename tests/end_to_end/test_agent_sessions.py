"""Coding agents' usage in spans, logs and metrics: every call once, one source per session, whatever arrives when."""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from google.protobuf.message import Message
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse
from tests.transforms.agent_logs import SECOND, START_NS, claude_metrics, claude_request, logs, record

CLAUDE = "com.anthropic.claude_code.tracing"
Body = tuple[str, bytes]  # signal, request


def of(case: str, *records: LogRecord, **source: str) -> Body:
    """Log records of the organization ``case``."""
    return "log", logs(*records, **source, **{"spanledger.organization": case}).SerializeToString()


def counters(case: str, request: Message) -> Body:
    request.resource_metrics[0].resource.attributes.add(key="spanledger.organization").value.string_value = case  # type: ignore[attr-defined]
    return "metric", request.SerializeToString()


def spans(
    case: str, *requests: Attributes, scope: str = CLAUDE, name: str = "claude_code.llm_request", service: str = "agent"
) -> Body:
    """A trace of one prompt: a root and below it a request per second, 2.5 seconds long each."""
    trace = case.encode().hex().ljust(32, "0")[:32]
    resource = (("service.name", service), ("spanledger.organization", case))
    root = span(trace, "f" * 16, None, "claude_code.interaction", (START_NS, START_NS + 60 * SECOND), {})
    sent = [Sent(resource, (scope, "1"), root)]
    for number, attributes in enumerate(requests, 1):
        end = START_NS + number * 5 * SECOND
        made = span(trace, f"{number:016x}", "f" * 16, name, (end - 5 * SECOND // 2, end + 3), attributes)
        sent.append(Sent(resource, (scope, "1"), made))
    (body,) = pack(sent, 100)
    return "span", body


def claude_span(request_id: str | None, session: str = "s1", **said: Any) -> Attributes:
    return {
        "span.type": "llm_request", "session.id": session, "model": "claude-sonnet-4-5", "request_id": request_id,
        "input_tokens": 100, "output_tokens": 20, "cache_read_tokens": 1000, "cache_creation_tokens": 50, **said,
    }  # fmt: skip


def land_all(bodies: Sequence[Body], data: Path) -> None:
    for signal, body in bodies:
        land([body], data, signal=signal)


GEMINI_LOG = {
    "event.name": "gemini_cli.api_response", "session.id": "g1", "model": "gemini-2.5-pro", "input_token_count": 500,
    "output_token_count": 60, "cached_content_token_count": 200, "thoughts_token_count": 40, "tool_token_count": 0,
    "total_token_count": 600, "duration_ms": 2500,
}  # fmt: skip
GEMINI_SPAN: Attributes = {
    "gen_ai.operation.name": "llm_call", "gen_ai.agent.name": "gemini-cli", "gen_ai.conversation.id": "g1",
    "gen_ai.request.model": "gemini-2.5-pro", "gen_ai.usage.input_tokens": 500, "gen_ai.usage.output_tokens": 60,
}  # fmt: skip
CODEX_LOG = {
    "event.name": "codex.sse_event", "event.kind": "response.completed", "conversation.id": "c1",
    "model": "gpt-5-codex", "input_token_count": "1000", "output_token_count": "200", "cached_token_count": 600,
    "reasoning_token_count": 150, "tool_token_count": "1200",
}  # fmt: skip
CODEX_SPAN: Attributes = {
    "model": "gpt-5-codex", "conversation.id": "c1", "gen_ai.usage.input_tokens": 1000,
    "gen_ai.usage.output_tokens": 200, "gen_ai.usage.cache_read.input_tokens": 600,
    "codex.usage.reasoning_output_tokens": 150,
}  # fmt: skip
USED = [("input", 300.0, 60), ("output", 60.0, 60), ("cacheRead", 3000.0, 60), ("cacheCreation", 150.0, 60)]

BODIES: list[Body] = [
    of("logs only", *(claude_request(5 * number, f"req_{number}") for number in (1, 2, 3))),
    of("logs only", claude_request(10, "req_2")),  # again
    counters("logs only", claude_metrics(USED, cost=0.04)),
    # ccusage#888: the first snapshot of a stream was kept
    of("snapshots", claude_request(4, "req_1", output_tokens=2)),
    of("snapshots", claude_request(5, "req_1", output_tokens=640)),
    spans("all three", *(claude_span(f"req_{number}") for number in (1, 2, 3))),
    of("all three", *(claude_request(5 * number + 0.2, f"req_{number}") for number in (1, 2, 3))),
    counters("all three", claude_metrics(USED, cost=0.04)),
    spans("no ids", *(claude_span(None) for _ in range(3))),
    of("no ids", *(claude_request(5 * number + 0.2, None) for number in (1, 2, 3))),
    spans("a span is missing", claude_span("req_1"), claude_span("req_2")),
    of("a span is missing", *(claude_request(5 * number, f"req_{number}") for number in (1, 2, 3))),
    counters("metrics only", claude_metrics(USED, cost=0.04)),
    spans("gemini", GEMINI_SPAN, GEMINI_SPAN, scope="gemini-cli", name="llm_call", service="gemini-cli"),
    of("gemini", *(record("", GEMINI_LOG, 5 * number) for number in (1, 2)), scope="gemini-cli", service="gemini-cli"),
    spans("codex", CODEX_SPAN, CODEX_SPAN, scope="codex_core", name="handle_responses", service="codex_cli_rs"),
    of("codex", *(record("", CODEX_LOG, 5 * number) for number in (1, 2)), scope="codex_otel", service="codex_cli_rs"),
    of("failed", record("claude_code.api_error", {"session.id": "s1", "model": "claude-sonnet-4-5", "error": "529"})),
]

EXPECTED = {
    # calls, input, cached, cache writes, output, reasoning, what the calls were sent as
    "logs only": (3, 3450, 3000, 150, 60, None, ["log"]),
    "snapshots": (1, 1150, 1000, 50, 640, None, ["log"]),
    "all three": (3, 3450, 3000, 150, 60, None, ["span"]),
    "no ids": (3, 3450, 3000, 150, 60, None, ["span"]),
    "a span is missing": (3, 3450, 3000, 150, 60, None, ["log", "span"]),
    "metrics only": (1, 3450, 3000, 150, 60, None, ["metric"]),
    "gemini": (2, 1000, 400, None, 200, 80, ["log"]),
    "codex": (2, 2000, 1200, None, 400, 300, ["span"]),
    "failed": (1, None, None, None, None, None, ["log"]),
}


def counted(warehouse: duckdb.DuckDBPyConnection, case: str) -> tuple[Any, ...] | None:
    """Of an organization: calls; input, cached, cache writes, output, reasoning; what the calls were sent as."""
    return warehouse.execute(
        """select count(*), sum(input_tokens), sum(cached_input_tokens), sum(cache_write_tokens), sum(output_tokens),
            sum(reasoning_tokens), list_sort(list(distinct signal))
        from fct_calls where organization = ?""",
        [case],
    ).fetchone()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("sessions")
    land_all(BODIES, folder)
    Builder(folder, folder / "lake").build()
    return folder


@pytest.fixture(scope="module")
def warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(data) as connection:
        yield connection


@pytest.mark.parametrize("case", EXPECTED)
def test_every_call_is_counted_once(warehouse: duckdb.DuckDBPyConnection, case: str) -> None:
    assert counted(warehouse, case) == EXPECTED[case]


def test_the_log_gives_the_reported_cost_and_the_prompt_to_the_span_it_folds_into(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = warehouse.execute(
        """select distinct reported_cost_usd, cost_source, len(folded_span_ids), feature from fct_calls
        where organization = 'all three'"""
    ).fetchall()
    assert found == [(Decimal("0.0123"), "computed", 1, "repl_main_thread")]


def test_a_second_source_is_named_and_metrics_alone_are_no_single_call(warehouse: duckdb.DuckDBPyConnection) -> None:
    roles = warehouse.execute(
        "select organization, signal, count(*) from fct_spans where role = 'second_source' group by all order by all"
    ).fetchall()
    assert roles == [
        ("all three", "metric", 1),
        ("gemini", "span", 2),
        ("logs only", "metric", 1),
        ("no ids", "log", 3),
    ]
    assert warehouse.execute(
        "select is_container_usage, reported_cost_usd from fct_calls where organization = 'metrics only'"
    ).fetchall() == [(True, Decimal("0.04"))]


def test_arrival_in_any_order_and_over_several_builds_changes_nothing(data: Path, tmp_path: Path) -> None:
    shuffled = random.Random(7).sample(BODIES, len(BODIES))
    for start in range(0, len(shuffled), 6):
        land_all([*shuffled[start : start + 6], *shuffled[: start // 6]], tmp_path)
        Builder(tmp_path, tmp_path / "lake").build()
    assert unequal_marts(data, tmp_path) == {}


def test_repeated_rows_are_one_call(tmp_path: Path) -> None:
    """ccusage#976 and #994: 368 rows with 171 ids held 1,071,492 input tokens, of which 465,781 were billed; a resumed
    session repeats rows of an earlier one, and some rows have no request id but a message id."""
    inputs = [100] * 100 + [4_530] * 70 + [138_681]
    repeats = [*range(95), *range(100, 170), *range(100, 131), 170]
    rows = [(number, "s1") for number in range(171)] + [(number, f"s{2 + number % 3}") for number in repeats]
    assert (len(rows), sum(inputs[number] for number, _ in rows), sum(inputs)) == (368, 1_071_492, 465_781)
    records = [_row(number, session, inputs[number]) for number, session in random.Random(3).sample(rows, len(rows))]
    land_all([of("ccusage", *records[start : start + 40]) for start in range(0, len(records), 40)], tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        found = warehouse.execute("select count(*), sum(input_tokens) from fct_calls").fetchone()
    assert found == (171, 465_781)


def _row(number: int, session: str, tokens: int) -> LogRecord:
    request_id = None if number % 3 == 0 else f"req_{number}"
    counts = {"input_tokens": tokens, "output_tokens": 7, "cache_read_tokens": 0, "cache_creation_tokens": 0}
    return claude_request(number, request_id, session, message_id=f"msg_{number}", **counts)
