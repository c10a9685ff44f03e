"""tau_bench_airline: 100 conversations of an agent with a simulated customer, turn by turn, judged at the end."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sample_traces.otlp import Attributes, Sent, pack
from sample_traces.public.files import SECOND, identifier, nanoseconds, public_file, resource, sent

SERVICE = (*resource("tau-bench-airline", traffic_source="eval"), ("deployment.environment.name", "eval"))
FIRST_START = nanoseconds("2024-06-01T00:00:00")
RUN_SPACING, TURN = 600 * SECOND, 4 * SECOND
Message = dict[str, Any]


def tau_bench_airline(folder: Path | None = None, spans_per_request: int = 500) -> Iterator[bytes]:
    """One trace per run: agent turns and customer turns as chat spans without usage, tools with their errors.

    The set's only cost is that of the simulated customer; it stands on a span of the simulator, not on the agent.
    There are no times: runs start ten minutes apart and a message takes four seconds. A trial is a task of its own.
    """
    steps = pq.read_table(public_file(folder, "tau_bench_airline", "steps.parquet")).to_pylist()
    messages: dict[str, list[Message]] = {}
    for step in steps:
        messages.setdefault(step["run_id"], []).append(step)
    with public_file(folder, "tau_bench_airline", "runs.csv").open(encoding="utf-8", newline="") as file:
        runs = list(csv.DictReader(file))
    spans = (item for nth, run in enumerate(runs) for item in _run(run, nth, messages[run["run_id"]]))
    yield from pack(spans, spans_per_request)


def _run(run: dict[str, str], nth: int, messages: list[Message]) -> Iterator[Sent]:
    run_id = run["run_id"]
    trace, root = identifier(16, "tau", run_id), identifier(8, "tau", run_id)
    simulator = identifier(8, "tau", run_id, "simulator")
    start = FIRST_START + nth * RUN_SPACING
    times = (start, start + (len(messages) + 1) * TURN)
    yield sent(SERVICE, (trace, root, None), "invoke_agent airline", times, _root(run))
    yield sent(SERVICE, (trace, simulator, root), "invoke_agent customer", times, _simulator(run))
    asked = None
    for message in messages:
        parent = simulator if message["role"] == "user" else root
        ids = (trace, identifier(8, "tau", run_id, message["seq"]), parent)
        begun = start + message["seq"] * TURN
        yield from _message(message, ids, (begun, begun + TURN), asked)
        asked = message["tool_args_sha1"]


def _root(run: dict[str, str]) -> Attributes:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "airline",
        "spanledger.workflow.id": "tau-bench-airline",
        "spanledger.task.id": run["run_id"],
        "spanledger.task.outcome": "success" if run["success"] == "True" else "failure",
    }


def _simulator(run: dict[str, str]) -> Attributes:
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "customer",
        "spanledger.traffic_detail": "user simulator",
        "spanledger.cost_usd": float(run["user_sim_cost_usd"]) if run["user_sim_cost_usd"] else None,
    }


def _message(
    message: Message, ids: tuple[str, str, str | None], times: tuple[int, int], asked: str | None
) -> Iterator[Sent]:
    """System prompts make no span; a tool message is the execution of the call that the turn before it asked for.

    ``asked`` is the hash of the arguments which that turn gave.
    """
    chat: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
    }
    match message["role"]:
        case "assistant" | "user":
            yield sent(SERVICE, ids, "chat gpt-4o", times, chat)
        case "tool":
            tool: Attributes = {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": message["tool_name"],
                "gen_ai.tool.call.id": message["tool_call_id"],
                "spanledger.input.hash": asked,
            }
            error = message["error_text"] or "tool failed" if message["tool_error"] else None
            yield sent(SERVICE, ids, f"execute_tool {message['tool_name']}", times, tool, error)
        case "system":
            return
        case other:
            raise ValueError(f"run {message['run_id']} has a message of unknown role {other!r}")
