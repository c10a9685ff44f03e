"""Restatements that earlier versions wrote down are still read: before outcomes there were costs only."""

from pathlib import Path

import duckdb

from spanledger.building import records
from spanledger.building.workspace import SQL

BEFORE = "select 'b1' as build_id, 'c' as call_id, 'late' as reason, 1.5::decimal(28, 12) as change_usd"
TODAY = "select 'b2' as build_id, 'outcome' as figure, 't' as task_id, 'judged' as reason, 'success' as new_outcome"


def test_what_was_written_before_outcomes_is_about_costs(tmp_path: Path) -> None:
    folder = tmp_path / records.RESTATEMENTS
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute((SQL / "meta.sql").read_text())
        for name, rows in {"1.parquet": BEFORE, "2.parquet": TODAY, ".3.parquet": TODAY}.items():
            connection.execute(f"copy ({rows}) to '{folder / name}' (format parquet)")
        records.open_restatements(connection, tmp_path, None)
        found = connection.execute(
            "select figure, call_id, task_id, reason, new_outcome from meta.restatements order by build_id"
        ).fetchall()
    assert found == [("cost", "c", None, "late", None), ("outcome", None, "t", "judged", "success")]
