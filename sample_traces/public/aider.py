"""aider: benchmark runs of a coding assistant; a run holds many cases, of which some pass."""

import csv
from collections.abc import Iterator
from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sample_traces.otlp import Attributes, Sent, key_values, pack
from sample_traces.public.files import SECOND, identifier, nanoseconds, public_file, resource, sent

SERVICE = resource("aider-benchmark", traffic_source="eval")
FIRST_TRY = "cases_passed_at_first_try"
Row = dict[str, str]


def aider(
    folder: Path | None = None, source_file: str = "polyglot_leaderboard", spans_per_request: int = 500
) -> Iterator[bytes]:
    """One trace of one span per run of one leaderboard, with the run's cases as units.

    ``pass_num_2`` counts cases passed at the first or second try: the units that succeeded. ``pass_num_1``, those of
    the first try, is told as an evaluation's score. A published cost of 0 means free or unpriced, so it is left out.
    Runs start at noon UTC of their published day and last their seconds per case times their cases.
    """
    path = public_file(folder, "aider", "benchmark_runs.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["source_file"] == source_file]
    if not rows:
        raise ValueError(f"{path} has no rows with source_file={source_file}")
    yield from pack(map(_span, rows), spans_per_request)


def _span(row: Row) -> Sent:
    cases = round(float(row["test_cases"]))
    start = nanoseconds(f"{row['date']}T12:00:00")
    lasts = int(float(row["seconds_per_case"] or 0) * 1000) * cases * (SECOND // 1000)
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "aider",
        "gen_ai.request.model": row["model"],
        "gen_ai.usage.input_tokens": _count(row["prompt_tokens"]),
        "gen_ai.usage.output_tokens": _count(row["completion_tokens"]),
        "spanledger.workflow.id": row["source_file"],
        "spanledger.task.id": row["dirname"],
        "spanledger.task.units": cases,
        "spanledger.task.units_succeeded": round(float(row["pass_num_2"])),
        "spanledger.cost_usd": float(row["total_cost"] or 0) or None,
    }
    ids = (identifier(16, "aider", row["dirname"]), identifier(8, "aider", row["dirname"]), None)
    made = sent(SERVICE, ids, "invoke_agent aider", (start, start + lasts), attributes)
    made.span.events.append(_first_try(row, start + lasts))
    return made


def _first_try(row: Row, at: int) -> Span.Event:
    told: Attributes = {"gen_ai.evaluation.name": FIRST_TRY, "gen_ai.evaluation.score.value": float(row["pass_num_1"])}
    return Span.Event(name="gen_ai.evaluation.result", time_unix_nano=at, attributes=key_values(told))


def _count(text: str) -> int | None:
    return round(float(text)) if text else None
