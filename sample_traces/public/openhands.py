"""openhands_index: 26,212 benchmark runs of coding agents, with outcome and cost of each."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sample_traces.otlp import Sent, pack
from sample_traces.public.files import SECOND, identifier, nanoseconds, public_file, resource, sent

SERVICE = resource("openhands-index", traffic_source="eval")
SPACING = 2 * SECOND


def openhands_index(folder: Path | None = None, spans_per_request: int = 2000) -> Iterator[bytes]:
    """One root span per row. Unknown outcomes and costs (null) are left out of the span; a cost of 0 is sent as 0.

    The set has no time per task: a submission's tasks start two seconds apart from its published time on and last
    its published average, so that order and days are stable, but latencies mean nothing.
    """
    table = pq.read_table(public_file(folder, "openhands_index", "instance_outcomes.parquet"))
    published = _published(public_file(folder, "openhands_index", "published_scores.csv"))
    yield from pack(_spans(table.to_pylist(), published), spans_per_request)


def _published(path: Path) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Submission time (unix ns) and average runtime (ns) by agent, model and benchmark."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["agent"], row["model"], row["benchmark"]): (
                nanoseconds(row["submission_time"]),
                int(float(row["average_runtime"] or 0) * 1000) * SECOND // 1000,
            )
            for row in csv.DictReader(file)
        }


def _spans(rows: list[dict[str, Any]], published: dict[tuple[str, str, str], tuple[int, int]]) -> Iterator[Sent]:
    seen: dict[tuple[str, str, str], int] = {}
    for row in rows:
        group = (row["agent"], row["model"], row["benchmark"])
        submitted, runtime = published[group]
        seen[group] = nth = seen.get(group, -1) + 1
        start = submitted + nth * SPACING
        yield _span(row, (start, start + runtime))


def _span(row: dict[str, Any], times: tuple[int, int]) -> Sent:
    task = "/".join((row["agent"], row["model"], row["benchmark"], row["instance_id"]))
    outcome = {True: "success", False: "failure", None: None}[row["resolved"]]
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": row["agent"],
        "gen_ai.request.model": row["model"],
        "spanledger.workflow.id": row["benchmark"],
        "spanledger.task.id": task,
        "spanledger.task.outcome": outcome,
        "spanledger.cost_usd": row["cost_usd"],
    }
    ids = (identifier(16, "openhands", task), identifier(8, "openhands", task), None)
    return sent(SERVICE, ids, f"invoke_agent {row['agent']}", times, attributes)
