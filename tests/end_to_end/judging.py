"""Tasks and what is said of them, sent by hand: spans, reports and builds at stated instants."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.store import outcome_files
from sample_traces.otlp import Attributes, Sent, key_values, pack, span
from spanledger.building.build import Builder, Outcome
from tests.lake import land, open_warehouse
from tests.transforms.agent_logs import logs, record
from transforms.outcomes import read_revision, table

DAY = timedelta(days=1)
T0 = datetime(2026, 10, 5, 12, tzinfo=UTC)
"""When tasks start unless a test says otherwise."""

RULES = """\
evaluations:
  - name: quality
    workflow: "graded*"
    evaluation: quality
    success_at: 0.8
    failure_below: 0.5
  - name: poison
    workflow: "graded*"
    evaluation: toxicity
    lower_is_better: true
    success_at: 0.2
    failure_above: 0.6
  - name: thumbs
    workflow: "graded*"
    evaluation: thumbs*
    success_labels: up
    failure_labels: down
workflows:
  - workflow: patient
    outcome_window: 3d
  - workflow: strict
    run_error: failure
"""


def trace_id(name: str) -> str:
    """A trace's id in hex, by its name in a test."""
    return name.encode().hex().ljust(32, "0")[:32]


def evaluation(name: str, score: float | None = None, label: str | None = None) -> dict[str, Any]:
    """Attributes of a result as OpenTelemetry names them."""
    said = {"gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": score}
    return {key: value for key, value in (said | {"gen_ai.evaluation.score.label": label}).items() if value is not None}


def work(
    trace: str,
    attributes: Attributes,
    *,
    at: timedelta = timedelta(),
    cost: float = 1.0,
    number: int = 1,
    below: int | None = None,
    error: str | None = None,
    results: tuple[dict[str, Any], ...] = (),
    minutes: int = 1,
) -> bytes:
    """A request with one call that costs ``cost`` dollars; ``results`` are evaluation events at its end."""
    start = T0 + at
    times = tuple(round(moment.timestamp()) * 10**9 for moment in (start, start + timedelta(minutes=minutes)))
    said: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "a model of ours", "spanledger.cost_usd": cost,
        "spanledger.cost_kind": "provider", "spanledger.traffic_source": "production",
    }  # fmt: skip
    made = span(
        trace_id(trace),
        f"{number:016x}",
        None if below is None else f"{below:016x}",
        "work",
        (times[0], times[1]),
        {**said, **attributes},
        error=error,
    )
    for result in results:
        made.events.add(name="gen_ai.evaluation.result", time_unix_nano=times[1], attributes=key_values(result))
    (body,) = pack([Sent((("service.name", "s"),), ("app", "1"), made)], 1)
    return body


def report(at: timedelta, result: dict[str, Any], trace: str | None = None, number: int | None = None) -> bytes:
    """A log record with a result, below a span of a trace, beside it, or alone."""
    made = record("", result, event_name="gen_ai.evaluation.result")
    made.trace_id = b"" if trace is None else bytes.fromhex(trace_id(trace))
    made.span_id = b"" if number is None else bytes.fromhex(f"{number:016x}")
    made.time_unix_nano = round((T0 + at).timestamp()) * 10**9
    return logs(made, scope="judge", service="judge").SerializeToString()


class Ledger:
    """One data directory with its builds; ``now`` is the instant at which things arrive and builds are made."""

    def __init__(self, data: Path, rules: str | None = RULES) -> None:
        self.data, self.now = data, T0
        data.mkdir(parents=True, exist_ok=True)
        (data / "lake").mkdir(exist_ok=True)
        self.rules = data / "rules.yaml"
        if rules is not None:
            self.rules.write_text(rules)
        self._said = 0
        files = (self.rules,) if rules is not None else ()
        self._builder = Builder(data, data / "lake", outcome_rules_file=next(iter(files), None), clock=lambda: self.now)

    def arrive(self, *bodies: bytes, signal: str = "span") -> None:
        """Requests that arrive now."""
        land(bodies, self.data, received_at_ns=round(self.now.timestamp()) * 10**9, signal=signal)

    def say(self, recorded_at: datetime | None = None, **said: Any) -> None:
        """One outcome that is reported now, or was then, as the door or the command would keep it."""
        at = recorded_at or self.now
        self._said += 1
        known = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
        source = known.pop("source", "api")
        revision = read_revision({**known, "source": source}, arrived_at=at, source=source)
        part = f"{self._said:06d}"
        outcome_files.write(outcome_files.folder_of(self.data), part, table([revision], at, part))

    def build(self, *, full_refresh: bool = False) -> Outcome:
        return self._builder.build(full_refresh=full_refresh)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with open_warehouse(self.data) as warehouse:
            return warehouse.execute(query, list(values)).fetchall()

    def outcome(self, task: str) -> tuple[Any, ...]:
        """Outcome, source, by whom and when, of the task of that id."""
        (row,) = self.ask(
            "select outcome, outcome_source, outcome_by, outcome_at from fct_tasks where task_id = ?", task
        )
        return row
