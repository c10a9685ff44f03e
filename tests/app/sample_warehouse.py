"""A small published warehouse, made of the contract's columns, for tests that need pages and not the pipeline.

`publish` writes `<data>/builds/<build id>/warehouse.duckdb` and moves `CURRENT`, exactly as a build does. The
company in it is invented; its numbers follow from the seed alone.
"""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from tests.app import sample_changes, sample_levers, sample_prices
from tests.statistics_macros import statements

SUMS = Path(__file__).parent / "sums"
"""The tables of sums, each as one query of calls, charges or tasks."""
WORKFLOWS = {
    "support-triage": ("support", "assist", "reply-drafts", "claude-haiku-4-5", 0.004),
    "contract-review": ("legal", "clauses", "redline", "claude-opus-4-8", 0.19),
    "code-review": ("platform", "devtools", "review-bot", "gpt-5.2", 0.06),
    "invoice-extract": ("finance", "ledger", "extract", "gemini-3-flash", 0.011),
    "search-answers": ("search", "answers", "summaries", "gpt-5.2-mini", 0.007),
    "weekly-digest": (None, None, None, "claude-sonnet-4-5", 0.03),
}
SOURCES = ["production", "eval", "replay", "ops", "unknown"]
STEPS = ["extract", "plan", "draft"]
MONEY = pl.Decimal(38, 12)
DECIMALS = {
    *("cost_usd", "computed_cost_usd", "reported_cost_usd", "list_cost_usd", "overhead_cost_usd", "quantity"),
    *("contracted_cost_usd", "effective_cost_usd", "list_unit_price", "contracted_unit_price", "unit_price_usd"),
}


def publish(
    data: Path, *, build_id: str = "20261122T040102Z-ab12", days: int = 60, per_day: int = 6, seed: int = 7
) -> Path:
    """Write a build below `data` and point `CURRENT` at it; returns the database's path."""
    company = _Company(random.Random(seed), until=datetime(2026, 11, 22, 3, 55, tzinfo=UTC))
    for day in range(days):
        company.day(date(2026, 11, 22) - timedelta(days=days - 1 - day), day / max(days - 1, 1), per_day)
    path = data / "builds" / build_id / "warehouse.duckdb"
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone = 'UTC'")
        company.write(con, build_id)
    (data / "builds" / "CURRENT").write_text(build_id + "\n")
    return path


def sum_quarters(con: duckdb.DuckDBPyConnection) -> None:
    """Make the sums anew, by the quarter of an hour and by day: whoever changes calls or tasks calls this after."""
    for table in sorted(SUMS.glob("*.sql")):
        con.execute(f"CREATE OR REPLACE TABLE {table.stem} AS {table.read_text()}")


class _Company:
    def __init__(self, rng: random.Random, until: datetime) -> None:
        self.rng, self.until = rng, until
        self.calls: list[dict[str, Any]] = []
        self.charges: list[dict[str, Any]] = []
        self.spans: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []

    def day(self, day: date, progress: float, per_day: int) -> None:
        for index, workflow in enumerate(WORKFLOWS):
            quiet = 0.4 if day.weekday() >= 5 else 1.0
            for number in range(max(1, int(per_day * quiet * (1 + index % 3) / 2))):
                source = self.rng.choices(SOURCES, weights=[70, 12 + 20 * progress, 6, 3, 4])[0]
                self._task(day, workflow, source, f"{workflow}-{day:%m%d}-{number}", progress)

    def _task(self, day: date, workflow: str, source: str, task_id: str, progress: float) -> None:
        team, project, feature, model, unit = WORKFLOWS[workflow]
        start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=self.rng.randrange(86_000))
        start = min(start, self.until - timedelta(minutes=20))
        outcome = self.rng.choices(["success", "failure", "unknown"], weights=[80, 14, 6])[0]
        trace, at, calls, run = self._hex(32), start, [], f"run-{task_id}"
        tags = {
            "organization": "acme",
            "environment": "prod" if source == "production" else "staging",
            "team": team,
            "project": project,
            "feature": feature,
            "cost_center": f"cc-{len(project)}" if project else None,
            "customer_id": self.rng.choice(["initech", "umbrella", None]),
            "workflow_id": workflow,
            "workflow_run_id": run,
            "task_id": task_id,
            "traffic_source": source,
            "prompt_version": "v2" if progress > 0.6 else "v1",
        }
        root = self._span(trace, None, workflow, start, 0, "other", tags)
        scale = unit * (2.0 if workflow == "code-review" and progress > 0.7 else 1.0)
        for attempt in range(self.rng.choices([1, 2], weights=[85, 15])[0]):
            for step in STEPS:
                tokens = sample_prices.tokens_for(model, scale * self.rng.lognormvariate(0, 0.5))
                spend_class = self._class(source, outcome, attempt, step)
                name = "helios-large-2" if self.rng.random() < 0.02 else model  # a model without a price
                calls.append(self._call(trace, root, step, at, name, tokens, spend_class, attempt, tags))
                at += timedelta(seconds=self.rng.uniform(1, 20))
        self.spans[root]["duration_ms"] = (at - start) / timedelta(milliseconds=1)
        self._finish(tags, trace, calls, start, at, outcome)

    def _class(self, source: str, outcome: str, attempt: int, step: str) -> str:
        if self.rng.random() < 0.05:
            return "failed_attempt"
        if attempt and step != "draft" and source == "production":
            return "retry_duplicate"
        return {"success": "useful", "failure": "abandoned", "unknown": "undetermined"}[outcome]

    def _call(self, trace: str, root: int, step: str, at: datetime, model: str, tokens: int, spend_class: str,
              attempt: int, tags: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
        duration = int(self.rng.lognormvariate(8, 0.6))
        status = "error" if spend_class == "failed_attempt" else "ok"
        step_span = self._span(trace, root, step, at, duration, "other", tags)
        span = self._span(trace, step_span, f"chat {model}", at, duration, "call", tags, status)
        call_id = f"call-{len(self.calls)}"
        self.spans[span]["call_id"] = call_id
        is_priced = model in sample_prices.RATES
        family = sample_prices.provider(model) if is_priced else "helios"
        charged = sample_prices.lines(model, tokens) if is_priced else []
        number = len(self.calls)
        costs = (
            sample_prices.costs(tags["workflow_id"], number, charged)
            if is_priced
            else sample_prices.unknown(number, charged)
        )
        row = tags | costs | {
            "call_id": call_id, "trace_id": trace, "span_id": self.spans[span]["span_id"], "started_at": at,
            "date": at.date(), "duration_ms": duration, "service_name": f"{tags['workflow_id']}-svc",
            "provider": family, "operation": "chat", "request_model": model, "response_model": model, "model": model,
            "input_tokens": tokens, "cached_input_tokens": tokens // 3, "cache_write_tokens": 0,
            "output_tokens": tokens // 8, "reasoning_tokens": None, "step": step, "run_attempt": attempt + 1,
            "step_attempt": 1, "task_traffic_source": tags["traffic_source"], "spend_class": spend_class,
            "status": status, "prompt_name": tags["workflow_id"],
            "error_type": "timeout" if status == "error" else None, "user_id": None, "agent_name": None,
            "sampler": "tracestate ot=th" if tags["workflow_id"] == "code-review" else None,
            "sample_weight": 4.0 if tags["workflow_id"] == "code-review" else None,
        }  # fmt: skip
        self.calls.append(row)
        for line in charged:
            keys = {"call_id": call_id, "date": at.date(), "provider": family, "model": model, "usage_number": 1,
                    "price_provider": family, "price_model": model, "rated_service_tier": "standard",
                    "context_tier": 0}  # fmt: skip
            self.charges.append(keys | line)
        return row

    def _span(self, trace: str, parent: int | None, name: str, at: datetime, duration_ms: int, role: str,
              tags: dict[str, Any], status: str = "ok") -> int:  # fmt: skip
        self.spans.append({
            "organization": tags["organization"], "trace_id": trace, "operation": None, "service_name": "svc",
            "span_id": self._hex(16), "parent_span_id": None if parent is None else self.spans[parent]["span_id"],
            "name": name, "started_at": at, "date": at.date(), "duration_ms": float(duration_ms),
            "status_code": 2 if status == "error" else 1,
            "role": role, "call_id": None,
        })  # fmt: skip
        return len(self.spans) - 1

    def _finish(self, tags: dict[str, Any], trace: str, calls: list[dict[str, Any]], start: datetime, end: datetime,
                outcome: str) -> None:  # fmt: skip
        known = [call["cost_usd"] for call in calls if call["cost_usd"] is not None]
        self.tasks.append(tags | {
            "task_source": "tag", "task_date": start.date(), "size": None, "started_at": start, "ended_at": end,
            "latency_ms": (end - start) / timedelta(milliseconds=1), "active_ms": sum(c["duration_ms"] for c in calls),
            "runs": max(call["run_attempt"] for call in calls), "calls": len(calls), "cost_usd": sum(known, Decimal(0)),
            "overhead_cost_usd": Decimal(0), "unknown_cost_calls": len(calls) - len(known), "is_tasked": True,
            "outcome": outcome, "outcome_source": None if outcome == "unknown" else "task attribute",
            "is_escalated": False, "trace_id": trace,
        })  # fmt: skip

    def _hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits):0{digits}x}"

    def write(self, con: duckdb.DuckDBPyConnection, build_id: str) -> None:
        tables = {
            "fct_calls": self.calls, "fct_spans": self.spans, "fct_tasks": self.tasks,
            "fct_call_charges": self.charges, "sample_rates": sample_prices.rate_rows(),
        }  # fmt: skip
        for name, rows in tables.items():
            overrides = {key: MONEY for key in rows[0] if key in DECIMALS}
            frame = pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None)
            con.register("incoming", frame.to_arrow())
            casts = ", ".join(f"{key}::DECIMAL(28,12) AS {key}" for key in overrides)
            con.execute(f"CREATE TABLE {name} AS SELECT *{f' REPLACE ({casts})' if casts else ''} FROM incoming")
            con.unregister("incoming")
        for marts in (
            "sample_marts.sql",
            "sample_waste.sql",
            "sample_budgets.sql",
            "sample_anomalies.sql",
            "sample_economics.sql",
            "sample_forecasts.sql",
        ):
            con.execute((Path(__file__).parent / marts).read_text())
        sum_quarters(con)
        sample_changes.write(con)
        sample_levers.write(con)
        con.execute(statements())
        con.execute(
            "CREATE TABLE build_info AS SELECT ? AS build_id, ?::TIMESTAMPTZ AS built_at, "
            "?::TIMESTAMPTZ AS data_until, ?::BIGINT AS lake_rows, NULL::DATE AS calls_from",
            [build_id, self.until + timedelta(minutes=6), self.until, len(self.spans)],
        )
