"""The SQL of attribution, rendered from its models outside dbt, on tables that a test fills."""

import ast
import functools
import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import jinja2
import pyarrow as pa
import yaml

from spanledger.published.project import PROJECT
from transforms.allocation import tables
from transforms.allocation.rules import AllocationRules
from transforms.allocation.usage import Usage, usage_table

META = Path(tables.__file__).parents[2] / "spanledger" / "sql" / "meta.sql"
LISTS = re.compile(r"\{% macro (\w+)\(\) %\}\s*\{\{ return\((\[[^\]]*\])\) \}\}\s*\{% endmacro %\}")
MACROS = "".join(
    (PROJECT / "macros" / f"{name}.sql").read_text() for name in ("charges", "allocation", "shared_charges")
)
SELECT_LIST = re.search(
    r"\{% macro select_list.*?endmacro %\}", (PROJECT / "macros" / "columns.sql").read_text(), re.DOTALL
)
CALL_COLUMNS = (
    *("date", "organization", "environment", "traffic_source", "charge_id", "team", "project", "cost_center"),
    *("service_name", "dialect", "provider", "server_address", "region", "service_tier", "feature", "user_id"),
    *("session_id", "customer_id", "agent_name", "workflow_id", "run_workflow_id", "model", "response_model"),
    *("request_model", "usage_error"),
)


class Row(NamedTuple):
    """A row of the days' attribution that a test asks about."""

    date: date
    charge_id: str | None
    team: str | None
    project: str | None
    cost_center: str | None
    method: str
    reason: str | None
    rule: str | None
    calls: int
    full_calls: int
    cost_usd: Decimal
    full_cost_usd: Decimal


def attributed(
    calls: Sequence[dict[str, Any]],
    charges: Sequence[dict[str, Any]],
    rules: AllocationRules,
    usage: Sequence[Usage] = (),
) -> list[Row]:
    """What the models make of calls (columns of int_calls; with `copies` so many, of which the first costs) and of what
    charges leave over (columns of fct_charges)."""
    with duckdb.connect() as connection:
        connection.execute(META.read_text())
        _open(connection, calls, charges)
        filled: dict[str, pa.Table] = {
            "owner_rules": tables.owner_rules(rules),
            "shared_rules": tables.shared_rules(rules, frozenset(row.metric for row in usage)),
            "owner_sets": tables.owner_sets(rules),
            "owner_separators": tables.separators(rules),
            "usage_metrics": usage_table(usage),
        }
        for name, rows in filled.items():
            connection.register("incoming", rows)
            connection.execute(f"insert into meta.{name} by name select * from incoming")
        for model in ("int_owner_days", "int_attribution_days"):
            connection.execute(f"create table {model} as {rendered(model)}")
        found = connection.execute(f"select {', '.join(Row._fields)} from int_attribution_days order by all").fetchall()
    return [Row(*row) for row in found]


@functools.cache
def rendered(model: str) -> str:
    """A model of the folder facts as SQL; what it refers to goes by its own name."""
    text = (PROJECT / "models" / "facts" / f"{model}.sql").read_text()
    lists = {name: _giving(ast.literal_eval(value)) for name, value in LISTS.findall(MACROS)}
    assert SELECT_LIST
    return (
        jinja2.Environment(extensions=["jinja2.ext.do"])
        .from_string(LISTS.sub("", MACROS) + SELECT_LIST[0] + text)
        .render(
            **lists,
            ref=str,
            source="{}.{}".format,
            config=lambda **_: "",
            var=yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"].__getitem__,
            money="cast({} as decimal(28, 12))".format,
            touched_dates=lambda *_: "select date from meta.touched_dates",
        )
    )


def _giving(value: list[str]) -> Callable[[], list[str]]:
    return lambda: value


def _open(
    connection: duckdb.DuckDBPyConnection, calls: Sequence[dict[str, Any]], charges: Sequence[dict[str, Any]]
) -> None:
    texts = ", ".join(f"{name} varchar" for name in CALL_COLUMNS[1:])
    connection.execute(
        f"create table int_calls (date date, {texts}, input_tokens bigint, output_tokens bigint, started_ns bigint, "
        "ended_ns bigint, cost_usd decimal(28, 12))"
    )
    connection.execute(
        "create table fct_charges (date date, charge_id varchar, category varchar, provider varchar, "
        "description varchar, organization varchar, environment varchar, team varchar, project varchar, "
        "cost_center varchar, unallocated_cost_usd decimal(28, 12))"
    )
    for table, rows in (("int_calls", calls), ("fct_charges", charges)):
        for row in rows:
            said = {name: value for name, value in row.items() if name != "copies"}
            places = ", ".join("?" * len(said))
            connection.execute(f"insert into {table} ({', '.join(said)}) values ({places})", [*said.values()])
            if row.get("copies", 1) > 1:
                free = {**said, "cost_usd": 0}
                copies = f"insert into {table} ({', '.join(free)}) select {places} from range(?)"
                connection.execute(copies, [*free.values(), row["copies"] - 1])
    connection.execute(
        "insert into meta.touched_dates select distinct 'attribution', date from "
        "(select date from int_calls union select date from fct_charges)"
    )
