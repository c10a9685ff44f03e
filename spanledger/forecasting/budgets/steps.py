"""Prices that changed or will, as steps of what counters count."""

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa

from spanledger.forecasting import prices
from spanledger.forecasting.budgets.counter import Counter
from spanledger.forecasting.reading import RECENT_DAYS, question
from transforms.budgets.budget import DIMENSIONS
from transforms.forecasts import PriceStep

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("number", "scope_key", "counter_key")),
        ("today", pa.date32()),
        *((name, pa.string()) for name in DIMENSIONS),
    ]
)


def price_steps(
    connection: duckdb.DuckDBPyConnection, todays: Mapping[Counter, date]
) -> dict[Counter, list[PriceStep]]:
    """The steps of each counter as they are known on its day. After `prices.read`."""
    if not prices.is_any(connection):
        return {}
    counters = list(todays)
    rows = [_row(number, one, todays[one]) for number, one in enumerate(counters)]
    connection.register("counters_said", pa.Table.from_pylist(rows, schema=SCHEMA))
    connection.execute("create or replace temp table forecast_counters as from counters_said")
    connection.unregister("counters_said")
    [(first, last)] = connection.execute(question("budget_price_days"), {"days": RECENT_DAYS}).fetchall()
    connection.execute(question("budget_price_use"), {"first": first, "last": last})
    found: dict[Counter, list[PriceStep]] = {}
    for _, _, number, at, known_on, factor in prices.steps(connection):
        counter = counters[int(number)]
        if known_on <= todays[counter]:
            found.setdefault(counter, []).append(PriceStep(at, factor))
    return found


def _row(number: int, counter: Counter, today: date) -> dict[str, object]:
    keys = {"number": str(number), "scope_key": counter.scope_key, "counter_key": counter.counter_key}
    return {**keys, "today": today, **dict(counter.named)}
