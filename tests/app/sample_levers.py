"""What levers could do about the sample's calls: the product's own result tables, made from the sample's shapes."""

from pathlib import Path

import duckdb

from spanledger.results.registry import TABLES
from spanledger.results.table import Work

MADE = ("rpt_lever_usage", "rpt_opportunities", "rpt_lever_calls")
EVALUATED = (
    ("contract-review", "draft", "claude-opus-4-8", 300, 270, 0.40),
    ("contract-review", "draft", "claude-haiku-4-5", 300, 267, 0.05),
    ("invoice-extract", "extract", "gemini-3-flash", 40, 36, 0.011),
    ("invoice-extract", "extract", "gpt-5.2-mini", 9, 9, 0.004),
)
"""Workflow, step and model; how many tasks, how many of them succeeded, what one cost on average."""


def write(connection: duckdb.DuckDBPyConnection) -> None:
    """Evaluations of two steps, then both tables."""
    connection.execute(
        "CREATE SCHEMA IF NOT EXISTS facts; CREATE TABLE facts.int_task_steps (organization VARCHAR, "
        "workflow_id VARCHAR, step VARCHAR, first_model VARCHAR, models BIGINT, date DATE, "
        "task_traffic_source VARCHAR, outcome VARCHAR, unknown_cost_calls BIGINT, chain_cost_usd DECIMAL(28, 12))"
    )
    for evaluated in EVALUATED:
        names = ("workflow", "step", "model", "tasks", "successes", "usd")
        connection.execute(
            "INSERT INTO facts.int_task_steps SELECT 'acme', $workflow, $step, $model, 1, DATE '2026-11-20', 'eval', "
            "CASE WHEN range < $successes THEN 'success' ELSE 'failure' END, 0, $usd * (0.5 + range % 2) "
            "FROM range($tasks)",
            dict(zip(names, evaluated, strict=True)),
        )
    for table in TABLES:
        if table.name in MADE:
            table.write(Work(connection, False, Path()))
