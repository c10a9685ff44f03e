"""coding_agent_log: three real transcripts of a coding agent, one trace each, 70 billed requests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sample_traces.otlp import Attributes, Sent, pack
from sample_traces.public.files import identifier, nanoseconds, public_file, resource, sent

SERVICE = resource("coding-agent")
Line = dict[str, Any]


def coding_agent_log(folder: Path | None = None, spans_per_request: int = 500) -> Iterator[bytes]:
    """A root span per agent, a chat span per reply, a tool span per tool call.

    A reply is written as several lines that all repeat its input; the last one has the final output, so the last one
    counts. Traffic source and task are not known and not said.
    """
    yield from pack(_spans(read_lines(folder)), spans_per_request)


def read_lines(folder: Path | None = None) -> list[Line]:
    """Every line of the logs, in file order."""
    lines: list[Line] = pq.read_table(public_file(folder, "coding_agent_log", "lines.parquet")).to_pylist()
    return lines


def _spans(lines: list[Line]) -> Iterator[Sent]:
    agents: dict[str, list[Line]] = {}
    for line in lines:
        agents.setdefault(line["agent_id"], []).append(line)
    for agent_id, own in agents.items():
        trace = identifier(16, "coding-agent", agent_id)
        root = identifier(8, "coding-agent", agent_id)
        yield _root(trace, root, own)
        yield from _calls(trace, root, own)
        yield from _tools(trace, root, own)


def _session(line: Line) -> Attributes:
    return {"gen_ai.conversation.id": line["session_id"], "gen_ai.agent.id": line["agent_id"]}


def _root(trace: str, root: str, lines: list[Line]) -> Sent:
    times = sorted(nanoseconds(line["timestamp"]) for line in lines)
    attributes = {"gen_ai.operation.name": "invoke_agent", **_session(lines[0])}
    return sent(SERVICE, (trace, root, None), lines[0]["log"], (times[0], times[-1]), attributes)


def _calls(trace: str, root: str, lines: list[Line]) -> Iterator[Sent]:
    asked_at = {line["uuid"]: nanoseconds(line["timestamp"]) for line in lines}
    replies: dict[str, list[Line]] = {}
    for line in lines:
        if line["message_id"] is not None:
            replies.setdefault(line["message_id"], []).append(line)
    for message_id, parts in replies.items():
        first, last = parts[0], parts[-1]
        start = asked_at.get(first["parent_uuid"], nanoseconds(first["timestamp"]))
        ids = (trace, identifier(8, "coding-agent", message_id), root)
        times = (start, max(start, nanoseconds(last["timestamp"])))
        yield sent(SERVICE, ids, f"chat {last['model']}", times, call_attributes(message_id, last))


def call_attributes(message_id: str, line: Line) -> Attributes:
    """A call's attributes as one line of its reply says them."""
    cached, written = line["cache_read_input_tokens"], line["cache_creation_input_tokens"]
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": line["model"],
        "gen_ai.response.model": line["model"],
        "gen_ai.response.id": message_id,
        "gen_ai.response.finish_reasons": [line["stop_reason"]] if line["stop_reason"] else None,
        "gen_ai.usage.input_tokens": line["input_tokens"] + cached + written,
        "gen_ai.usage.output_tokens": line["output_tokens"],
        "gen_ai.usage.cache_read.input_tokens": cached,
        "gen_ai.usage.cache_creation.input_tokens": written,
        **_session(line),
    }


def _tools(trace: str, root: str, lines: list[Line]) -> Iterator[Sent]:
    asked = {line["tool_use_id"]: line for line in lines if line["type"] == "assistant" and line["tool_use_id"]}
    for line in lines:
        request = asked.pop(line["tool_use_id"], None) if line["type"] == "user" else None
        if request is None:
            continue
        start, end = nanoseconds(request["timestamp"]), nanoseconds(line["timestamp"])
        name = request["tool_name"]
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": line["tool_use_id"],
            **_session(line),
        }
        ids = (trace, identifier(8, "coding-agent", line["tool_use_id"]), root)
        error = f"{name} failed" if line["tool_error"] else None
        yield sent(SERVICE, ids, f"execute_tool {name}", (start, max(start, end)), attributes, error)
