"""Compares a published warehouse with the simulated company's truth, or with another warehouse, table by table."""

import shutil
from pathlib import Path

import duckdb

from spanledger.forecasting.records import FORECASTS
from tests.lake import open_warehouse, published

NOT_STATED = {"fct_calls": ("request_model", "response_model", "response_id", "step_attempt")}
"""Columns whose null in the truth means "not stated here"."""

BESIDE_MARTS = {"budget_months"}
"""Truth of tables that are not built yet."""

OWN_CHECKS = ("unpriced_model", "unknown_traffic", "unknown_usage", "unknown_outcome")
"""The findings of rpt_data_quality that the events settle."""

PARTS_OF_MARTS = {
    "rpt_data_quality": f'(from rpt_data_quality where "check" in {OWN_CHECKS})',
    "idempotent_steps": """(select date, organization, environment, workflow_id, step, traffic_source,
        sum(calls)::bigint as calls,
        coalesce(sum(calls) filter (where paid_again = 'proven'), 0)::bigint as proven_calls,
        coalesce(sum(cost_usd) filter (where paid_again = 'proven'), 0)::decimal(28, 12) as low_usd,
        sum(cost_usd)::decimal(28, 12) as high_usd
        from rpt_call_shapes where paid_again != 'no' group by all)""",
}
"""What stands for a table whose truth is only a part of a mart, or a sum over it."""


def differences(warehouse: duckdb.DuckDBPyConnection, truth: Path) -> dict[str, list[tuple[object, ...]]]:
    """Rows on either side only, a few per table; empty when every table equals its truth."""
    tables = [path for path in sorted(truth.glob("*.parquet")) if path.stem not in BESIDE_MARTS]
    assert len(tables) >= 8
    found = {path.stem: _different_rows(warehouse, path) + _wrong_values(warehouse, path) for path in tables}
    return {name: rows for name, rows in found.items() if rows}


def _columns(warehouse: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    names = [name for name, *_ in warehouse.execute(f"describe from '{path}'").fetchall()]
    return [name for name in names if name not in NOT_STATED.get(path.stem, ())]


def _different_rows(warehouse: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[object, ...]]:
    columns = ", ".join(f'"{name}"' for name in _columns(warehouse, path))
    mart = PARTS_OF_MARTS.get(path.stem, path.stem)
    sides = {"truth only": (f"'{path}'", mart), "mart only": (mart, f"'{path}'")}
    return [
        (side, *row)
        for side, (one, other) in sides.items()
        for row in warehouse.execute(
            f"select {columns} from {one} except all select {columns} from {other} limit 3"
        ).fetchall()
    ]


def _wrong_values(warehouse: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[object, ...]]:
    return [
        (column, *row)
        for column in NOT_STATED.get(path.stem, ())
        for row in warehouse.execute(
            f"""select truth.trace_id, truth.span_id, truth."{column}", mart."{column}"
            from '{path}' as truth inner join {path.stem} as mart using (trace_id, span_id)
            where truth."{column}" != mart."{column}" limit 3"""
        ).fetchall()
    ]


REMEMBERED = ("fct_restatements", "fct_price_changes")
FORECASTS_KEPT = ("rpt_forecasts_kept", "rpt_forecast_accuracy")
"""What was said on earlier days, by builds that knew less."""


def tell_forecasts(said: Path, data: Path) -> None:
    """Let ``data`` know the forecasts that builds of ``said`` showed on their days: records say what was said, and no
    later build can say it again. Given the same ones, all tables follow from what arrived."""
    shutil.copytree(said / FORECASTS, data / FORECASTS)


def unequal_marts(one: Path, other: Path, *, is_told: bool = False) -> dict[str, list[tuple[object, ...]]]:
    """Rows that only one of two published warehouses has, a few per mart; empty when all are equal.

    What earlier builds said is left out, as it is no function of what arrived; forecasts are not if both are ``told``.
    """
    said = REMEMBERED if is_told else (*REMEMBERED, *FORECASTS_KEPT)
    with open_warehouse(one) as warehouse:
        warehouse.execute(f"attach '{published(other)}' as other (read_only)")
        names = [
            name
            for (name,) in warehouse.execute(
                "select table_name from information_schema.tables where table_catalog = current_database() "
                "and table_schema = 'main' and not list_contains(?, table_name) "
                "and (table_name like 'fct_%' or table_name like 'rpt_%')",
                [said],
            ).fetchall()
        ]
        assert len(names) >= 8
        found = {
            name: [
                (side, *row)
                for side, left, right in (("one", "main", "other.main"), ("other", "other.main", "main"))
                for row in warehouse.execute(f"from {left}.{name} except all from {right}.{name} limit 3").fetchall()
            ]
            for name in names
        }
    return {name: rows for name, rows in found.items() if rows}
