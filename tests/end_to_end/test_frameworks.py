"""Traces of frameworks that are known from documents only: whatever spans stand around a call, it is counted once."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sample_traces.otlp import Sent, Value, pack, span
from spanledger.building.build import Builder
from tests.lake import land, open_warehouse

START = 1_790_000_000_000_000_000
SECOND = 10**9
Spans = list[tuple[str, dict[str, Value]]]
"""Name and attributes of a trace's spans, each inside the one before it; a name with "+" stands beside that one."""

TOKENS: dict[str, Value] = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20}
AGENT: dict[str, Value] = {"gen_ai.operation.name": "invoke_agent"}
CHAT: dict[str, Value] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
GENKIT = json.dumps({"usage": {"inputTokens": 100, "outputTokens": 20, "totalTokens": 120}})
COUNTED: dict[str, Value] = {"usage.prompt_tokens": 100, "usage.completion_tokens": 20}
LLM: dict[str, Value] = {"braintrust.span_attributes": '{"type": "llm"}'}

TRACES: dict[str, tuple[str, Spans, tuple[int, int | None, int | None]]] = {
    "mastra": (
        "@mastra/otel-exporter",
        [
            ("invoke_agent", {"mastra.span.type": "agent_run"}),
            ("chat gpt-4o", CHAT | TOKENS | {"mastra.span.type": "model_generation"}),
            ("model_step", {"mastra.span.type": "model_step"}),
        ],
        (1, 100, 20),
    ),
    "opencode": (
        "opencode-observer",
        [
            ("opencode.interaction", AGENT),
            ("opencode.compaction", TOKENS | {"opencode.compaction.auto": True, "opencode.compaction.id": "m"}),
            ("opencode.llm", CHAT | TOKENS | {"opencode.compaction.id": "m", "opencode.llm.retry_count": 2}),
        ],
        (1, 100, 20),
    ),
    "logfire": (
        "logfire.openai",
        [
            ("Chat Completion with 'gpt-4o'", CHAT | {"request_data": '{"model": "gpt-4o", "stream": true}'}),
            (
                "+streaming response from 'gpt-4o' took 1.00s",
                CHAT
                | {"request_data": '{"model": "gpt-4o", "stream": true}'}
                | {"response_data": '{"usage": {"prompt_tokens": 100, "completion_tokens": 20}}'},
            ),
        ],
        (1, 100, 20),
    ),
    "copilot": (
        "github.copilot",
        [("invoke_agent", AGENT | TOKENS | {"github.copilot.nano_aiu": 1}), ("chat gpt-4o", CHAT | TOKENS)],
        (1, 100, 20),
    ),
    "azure agent": (
        "azure.ai.agents",
        [("process_thread_run", TOKENS | {"gen_ai.operation.name": "process_thread_run", "gen_ai.thread.id": "t"})],
        (1, 100, 20),
    ),
    "voltagent": (
        "@voltagent/core",
        [
            ("agent", COUNTED | {"entity.type": "agent", "voltagent.operation_id": "o"}),
            ("llm:streamText", COUNTED | {"span.type": "llm", "voltagent.operation_id": "o", "llm.model": "gpt-4o"}),
        ],
        (1, 100, 20),
    ),
    "genkit": (
        "genkit-tracer",
        [
            ("flow", {"genkit:metadata:subtype": "flow"}),
            ("generate", {"genkit:metadata:subtype": "util", "genkit:output": GENKIT}),
            ("openai/gpt-4o", {"genkit:metadata:subtype": "model", "genkit:output": GENKIT}),
        ],
        (1, 100, 20),
    ),
    "livekit, second try": (
        "livekit-agents",
        [
            ("llm_node", {"gen_ai.request.model": "gpt-4o"}),
            ("llm_request", CHAT | TOKENS),
            ("llm_request_run", {"lk.retry_count": 0}),
            ("+llm_request_run", {"lk.retry_count": 1}),
        ],
        (1, 100, 20),
    ),
    "dify": (
        "dify",
        [
            ("workflow", {"dify.app_id": "a"}),
            ("node", CHAT | TOKENS | {"gen_ai.framework": "dify", "gen_ai.span.kind": "LLM"}),
        ],
        (1, 100, 20),
    ),
    "n8n alone": (
        "n8n",
        [
            ("workflow.execute", {"n8n.workflow.id": "w"}),
            ("node.execute", {"n8n.node.type": "@n8n/n8n-nodes-langchain.lmChatOpenAi"}),
        ],
        (1, None, None),
    ),
    "n8n with a library below": (
        "n8n",
        [("node.execute", {"n8n.node.type": "@n8n/n8n-nodes-langchain.lmChatOpenAi"}), ("chat gpt-4o", CHAT | TOKENS)],
        (1, 100, 20),
    ),
    "braintrust": (
        "braintrust",
        [
            ("task", {"braintrust.span_attributes": '{"type": "task"}'}),
            ("llm", LLM | {"braintrust.metrics": '{"prompt_tokens": 100, "completion_tokens": 20, "tokens": 120}'}),
        ],
        (1, 100, 20),
    ),
    "crewai's own tracer beside a library": (
        "crewai.telemetry",
        [("Task Execution", {"crew_key": "k", "llm": "gpt-4o"}), ("chat gpt-4o", CHAT | TOKENS)],
        (1, 100, 20),
    ),
    "agentcore around a call": (
        "opentelemetry.instrumentation.botocore.bedrock-runtime",
        [
            (
                "chat",
                CHAT | TOKENS | {"aws.bedrock.agentcore.runtime.arn": "a", "gen_ai.usage.cache_read.input_tokens": 9},
            )
        ],
        (1, 109, 20),
    ),
}


def _sent(number: int, scope: str, spans: Spans) -> Iterator[Sent]:
    parent: str | None = None
    before: str | None = None
    for place, (name, attributes) in enumerate(spans):
        if not name.startswith("+"):
            parent = before
        before = f"{number * 16 + place + 1:016x}"
        times = (START + place * SECOND // 10, START + 9 * SECOND - place * SECOND // 10)
        made = span(f"{number + 1:032x}", before, parent, name.removeprefix("+"), times, attributes)
        yield Sent((("service.name", "s"),), (scope, "1"), made)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int | None, int | None]]:
    """Calls, input and output of each trace."""
    folder: Path = tmp_path_factory.mktemp("frameworks")
    sent = [one for number, (scope, spans, _) in enumerate(TRACES.values()) for one in _sent(number, scope, spans)]
    land(pack(sent, 100), folder)
    Builder(folder, folder / "lake").build()
    with open_warehouse(folder) as warehouse:
        rows = warehouse.execute(
            "select trace_id, count(*), sum(input_tokens), sum(output_tokens) from fct_calls group by trace_id"
        ).fetchall()
    names = list(TRACES)
    return {names[int(trace, 16) - 1]: (calls, input_, output) for trace, calls, input_, output in rows}


@pytest.mark.parametrize("name", TRACES)
def test_each_call_is_counted_once(name: str, found: dict[str, tuple[int, int | None, int | None]]) -> None:
    assert found.get(name) == TRACES[name][2]
