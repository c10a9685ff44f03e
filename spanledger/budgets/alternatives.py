"""Models that the evaluations of a workflow's step say something of, as rows."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from spanledger.exits import USAGE, Failure
from spanledger.results import evaluations
from transforms.budgets.evidence import Evidence, judge
from transforms.columns import MONEY

SCHEMA = pa.schema(
    [
        ("model", pa.string()),
        ("mean_cost_usd", MONEY),
        ("tasks", pa.int64()),
        ("successes", pa.int64()),
        ("success_low", pa.float64()),
        ("success_high", pa.float64()),
        ("verdict", pa.string()),
    ]
)
OF_EVIDENCE = ("model", "mean_cost_usd", "tasks", "successes")


def rows(
    connection: duckdb.DuckDBPyConnection, step: tuple[str, str], present: str, days: int, organization: str = ""
) -> duckdb.DuckDBPyRelation:
    """With `SCHEMA`, the cheapest first; none where nothing was evaluated. ``step``: workflow and step.
    ``organization`` '': the only one that evaluated it. Raises Failure where several did."""
    told = [
        {name: getattr(one.evidence, name) for name in OF_EVIDENCE}
        | {"success_low": round(one.low, 4), "success_high": round(one.high, 4), "verdict": one.verdict}
        for one in judge(present, _evidence(connection, step, days, organization))
    ]
    return connection.from_arrow(pa.Table.from_pylist(told, schema=SCHEMA))


def _evidence(
    connection: duckdb.DuckDBPyConnection, step: tuple[str, str], days: int, organization: str
) -> Sequence[Evidence]:
    found = {of: said for (of, *key), said in evaluations.read(connection, days).items() if tuple(key) == step}
    if organization:
        return found.get(organization, ())
    if len(found) > 1:
        named = ", ".join(sorted(str(of) for of in found))
        raise Failure(f"several organizations evaluated {' '.join(step)}: {named}; choose with --organization", USAGE)
    return next(iter(found.values()), ())
