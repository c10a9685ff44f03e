"""`rpt_unit_economics`: what a month of a scope spent on models beside what it earned and whom it served."""

from decimal import Decimal
from typing import Any

import pyarrow as pa

from spanledger.results.table import Work, question
from transforms.columns import MONEY
from transforms.decisions.unit_economics import SCALES, Unit, share_known

KEY = ("organization", "environment", "scope_kind", "scope")
MEASURES = ("cost_per_request_usd", "cost_per_user_usd", "revenue_per_user_usd", "ai_cost_ratio", "gross_margin")
SCHEMA = pa.schema(
    [
        ("month", pa.date32()),
        *((name, pa.string()) for name in KEY),
        ("is_whole", pa.bool_()),
        ("calls", pa.int64()),
        ("unknown_cost_calls", pa.int64()),
        *((name, MONEY) for name in ("cost_usd", "production_cost_usd", "revenue_usd", "other_cost_usd")),
        ("requests", pa.int64()),
        ("requests_source", pa.string()),
        ("active_users", pa.int64()),
        *((name, MONEY) for name in MEASURES[:3]),
        *((name, pa.float64()) for name in MEASURES[3:]),
        *((f"{name}_judged", pa.string()) for name in SCALES),
    ]
)


def make(work: Work) -> pa.Table:
    """A row for each month and scope with spend, or in the business file."""
    found = work.connection.execute(question("unit_economics")).to_arrow_table().to_pylist()
    return pa.Table.from_pylist([_row(one) for one in found], schema=SCHEMA)


def _row(found: dict[str, Any]) -> dict[str, Any]:
    """Without spend a month within the data cost nothing; of one beyond it nothing is known, nor of calls none of which
    has a known cost. Credits beyond the spend leave nothing to divide."""
    spent = found.pop("spent")
    if found.pop("is_within"):
        spent = {name: value or 0 for name, value in spent.items()}
    runs = found.pop("runs")
    told: dict[str, Any] = found | spent | _requests(found["requests"], runs)
    if told["cost_usd"] is None or told["cost_usd"] < 0 or share_known(told) == 0:
        return told
    unit = Unit(
        cost_usd=Decimal(told["cost_usd"]),
        revenue_usd=told["revenue_usd"],
        requests=_decimal(told["requests"]),
        active_users=_decimal(told["active_users"]),
        other_cost_usd=told["other_cost_usd"] or Decimal(0),
        known_share=share_known(told),
    )
    return told | {name: _fitted(name, getattr(unit, name)) for name in MEASURES} | _judged(unit)


def _requests(said: int | None, runs: int | None) -> dict[str, Any]:
    if said is not None:
        return {"requests": said, "requests_source": "file"}
    return {"requests": runs, "requests_source": None if runs is None else "runs"}


def _judged(unit: Unit) -> dict[str, str | None]:
    return {f"{name}_judged": judged for name, judged in unit.judged.items()}


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _fitted(name: str, value: Decimal | None) -> Any:
    if value is None:
        return None
    return value.quantize(Decimal("1e-12")) if name.endswith("_usd") else float(value)
