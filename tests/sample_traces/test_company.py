"""The simulated company: the same from the same seed, whole in its sums, valid as OTLP, independent of the product."""

import ast
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from genai_prices import Usage, calc_price
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

import sample_traces.company
from sample_traces.company import Company, facts, plan, prices, requests, simulate, truth, write_prices, write_truth
from sample_traces.company.events import Model
from sample_traces.company.facts import Row

END = date(2026, 11, 1)
PRODUCT = {"collector", "transforms", "spanledger", "app", "dbt_project"}


@cache
def small() -> Company:
    """All sixty days at a fifth of the volume."""
    return simulate(seed=11, scale=0.2, end=END)


@cache
def true_tables() -> dict[str, list[Row]]:
    return truth.tables(small())


def total(rows: list[Row], column: str = "cost_usd") -> Decimal:
    return sum((row[column] for row in rows if row[column] is not None), Decimal(0))


def spans_of(bodies: list[bytes]) -> list[Span]:
    decoded = (ExportTraceServiceRequest.FromString(body) for body in bodies)
    return [s for request in decoded for rs in request.resource_spans for ss in rs.scope_spans for s in ss.spans]


def test_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def bodies(seed: int) -> list[bytes]:
        return list(requests(simulate(seed, days=9, scale=0.1, end=END)))

    assert bodies(3) == bodies(3)
    assert bodies(3) != bodies(4)


def test_shuffled_and_resent_requests_hold_the_same_spans() -> None:
    company = simulate(5, days=9, scale=0.1, end=END)
    plain = [s.SerializeToString(deterministic=True) for s in spans_of(list(requests(company)))]
    mixed = spans_of(list(requests(company, spans_per_request=7, shuffle_seed=1, resend_share=0.3)))
    moved = [s.SerializeToString(deterministic=True) for s in mixed]
    assert len(moved) > len(plain)
    assert set(moved) == set(plain)
    assert moved[: len(plain)] != plain


def test_spans_have_valid_ids_times_and_parents() -> None:
    spans = spans_of(list(requests(small())))
    known = Counter((s.trace_id, s.span_id) for s in spans)
    assert max(known.values()) == 1
    for s in spans:
        assert len(s.trace_id) == 16
        assert any(s.trace_id)
        assert len(s.span_id) == 8
        assert any(s.span_id)
        assert not s.parent_span_id or (s.trace_id, s.parent_span_id) in known
        assert 0 < s.start_time_unix_nano <= s.end_time_unix_nano


def test_every_call_is_a_span_and_children_lie_within_their_parents() -> None:
    spans = {(s.trace_id.hex(), s.span_id.hex()): s for s in spans_of(list(requests(small())))}
    for row in true_tables()["fct_calls"]:
        inner = spans[row["trace_id"], row["span_id"]]
        while inner.parent_span_id:
            outer = spans[row["trace_id"], inner.parent_span_id.hex()]
            assert outer.start_time_unix_nano <= inner.start_time_unix_nano
            assert inner.end_time_unix_nano <= outer.end_time_unix_nano
            inner = outer


def test_money_and_calls_are_the_same_in_every_table() -> None:
    tables = true_tables()
    calls, tasks = tables["fct_calls"], tables["fct_tasks"]
    for name in ("fct_workflow_runs", "rpt_traffic_split", "rpt_spend_classes"):
        assert total(tables[name]) == total(calls), name
        assert sum(row["calls"] for row in tables[name]) == len(calls), name
    assert total(tasks) + total(tasks, "overhead_cost_usd") == total(calls)
    assert sum(row["calls"] for row in tasks) == len(calls)
    tasked = [row for row in tasks if row["is_tasked"]]
    assert total(tables["rpt_cost_per_successful_task"]) == total(tasked)
    assert sum(row["tasks"] for row in tables["rpt_cost_per_successful_task"]) == len(tasked)
    waste = [row for row in calls if row["spend_class"] == "retry_duplicate"]
    assert total(tables["rpt_retry_waste"], "retry_duplicate_cost_usd") == total(waste)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("fct_calls", ("trace_id", "span_id")),
        ("fct_tasks", ("organization", "task_id", "task_source", "traffic_source")),
        ("fct_workflow_runs", ("organization", "workflow_run_id")),
    ],
)
def test_keys_are_unique(table: str, key: tuple[str, ...]) -> None:
    found = Counter(tuple(row[name] for name in key) for row in true_tables()[table])
    assert max(found.values()) == 1


def test_everything_promised_is_there() -> None:
    calls = true_tables()["fct_calls"]
    assert {row["spend_class"] for row in calls} == {
        "failed_attempt", "superseded_attempt", "retry_duplicate", "untasked", "abandoned", "undetermined", "useful",
    }  # fmt: skip
    assert {row["traffic_source"] for row in calls} == {"production", "eval", "replay", "ops", "unknown"}
    assert {row["duplicate_evidence"] for row in calls} == {
        None, "input_hash", "accepted_step", "position", "concurrent",
    }  # fmt: skip
    tasks = true_tables()["fct_tasks"]
    assert {row["task_source"] for row in tasks} == {"task", "run", "trace"}
    assert {row["outcome"] for row in tasks} == {"success", "failure", "unknown"}
    assert any(row["overhead_cost_usd"] for row in tasks)
    assert {row["check"] for row in true_tables()["rpt_data_quality"]} == {
        "unpriced_model", "unknown_traffic", "unknown_usage", "unknown_outcome",
    }  # fmt: skip
    for column in ("cached_input_tokens", "cache_write_1h_tokens", "reasoning_tokens", "reported_cost_usd"):
        assert any(row[column] for row in calls), column
    assert any(row["folded_span_ids"] for row in calls)
    loops = true_tables()["rpt_agent_loops"]
    assert {row["stop_reason"] for row in loops} == {None, "too many steps", "same tool call"}
    assert all(row["cost_after_stop_usd"] > 0 for row in loops if row["is_runaway"])
    assert {row["step"] for row in true_tables()["rpt_escalation_chains"]} == {
        "answer", "suggest", "extract", "plan", "draft",
    }  # fmt: skip
    saved = true_tables()["idempotent_steps"]
    assert 0 < total(saved, "low_usd") < total(saved, "high_usd")
    assert any(run.is_restart for run in small().runs)
    assert any(step.is_summed for run in small().runs for part in run.parts for step in part.steps)


def test_planted_changes_show_in_the_truth() -> None:
    calls = true_tables()["fct_calls"]
    day = {p.kind: p.from_date for p in small().planted}

    def mean_output(rows: list[Row]) -> float:
        return float(sum(row["output_tokens"] for row in rows)) / len(rows)

    reports = [row for row in calls if row["workflow_id"] == "nightly-report"]
    runaway = [row for row in reports if row["date"] == day["runaway_job"]]
    usual = [row for row in reports if row["date"] != day["runaway_job"]]
    assert mean_output(runaway) > 15 * mean_output(usual)
    answers = [row for row in calls if row["workflow_id"] == "rag-search" and row["step"] == "answer"]
    before = [row for row in answers if row["prompt_version"] == "v3"]
    after = [row for row in answers if row["prompt_version"] == "v4"]
    assert max(row["date"] for row in before) < day["prompt_change"] <= min(row["date"] for row in after)
    assert 1.6 < mean_output(after) / mean_output(before) < 2.5


def test_truth_is_written_as_typed_parquet(tmp_path: Path) -> None:
    write_truth(small(), tmp_path)
    write_prices(small(), tmp_path / "prices.csv")
    table = pq.read_table(tmp_path / "fct_calls.parquet")
    assert table.schema.field("cost_usd").type == truth.MONEY
    assert table.num_rows == len(true_tables()["fct_calls"])
    assert table["cost_usd"].to_pylist() == [row["cost_usd"] for row in true_tables()["fct_calls"]]
    assert (tmp_path / "prices.csv").read_text().startswith("provider,model,token_kind,unit_price_usd_per_million,")


def test_no_cost_is_finer_than_a_pico_dollar() -> None:
    for row in true_tables()["fct_calls"]:
        if row["cost_usd"] is not None:
            assert row["cost_usd"] == row["cost_usd"].quantize(Decimal("1e-12"))


def test_the_simulation_and_its_truth_share_nothing_with_the_product() -> None:
    folder = Path(sample_traces.company.__file__).parent
    for path in folder.glob("*.py"):
        for name in _imports(path):
            assert name.split(".")[0] not in PRODUCT, f"{path.name} imports {name}; the truth must not know the product"
    for module in (
        "events",
        "plan",
        "draw",
        "pen",
        "stories",
        "long_stories",
        "simulate",
        "prices",
        "facts",
        "reports",
    ):
        names = _imports(folder / f"{module}.py")
        assert not any("opentelemetry" in n or n.endswith(("otlp", "export", "spellings")) for n in names), module


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


ONE_MILLION_EACH = {
    "input": Usage(input_tokens=100_000),
    "output": Usage(output_tokens=100_000),
    "cache_read": Usage(input_tokens=100_000, cache_read_tokens=100_000),
    "cache_write": Usage(input_tokens=100_000, cache_write_tokens=100_000),
}


@pytest.mark.parametrize(
    "model", [plan.MINI, plan.FULL, plan.GPT5_MINI, plan.EMBED, plan.HAIKU, plan.SONNET, plan.FLASH]
)
def test_hand_typed_prices_equal_the_published_ones(model: Model) -> None:
    price = prices.LIST_PRICES[model.provider, model.request]
    provider = {"gcp.gemini": "google"}.get(model.provider, model.provider)
    for kind, usage in ONE_MILLION_EACH.items():
        figure = getattr(price, kind)
        if figure is not None:
            for name in (model.request, model.response):
                assert calc_price(usage, name, provider_id=provider).total_price * 10 == figure, (name, kind)


@pytest.mark.parametrize("model", [plan.HELIOS, plan.UNPRICED])
def test_own_models_have_no_published_price(model: Model) -> None:
    with pytest.raises(LookupError):
        calc_price(Usage(input_tokens=1), model.request, provider_id=model.provider)


def test_the_price_change_moves_the_price_at_its_midnight() -> None:
    change = next(p for p in small().planted if p.kind == "price_change").from_date
    old, new = (
        prices.price_of(plan.HELIOS, day, small().rates) for day in (date.fromordinal(change.toordinal() - 1), change)
    )
    assert old is not None
    assert new is not None
    assert new.input == old.input * Decimal("1.25")


def test_a_company_needs_days_and_a_scale() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        simulate(1, days=0, end=END)


def test_calls_are_placed_in_time_order() -> None:
    starts = [item.call.started_ns for item in facts.place(small())]
    assert starts == sorted(starts)
