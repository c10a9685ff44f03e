"""Models that the evaluations of a workflow's step say something of, as rows."""

import duckdb
import pyarrow as pa

from spanledger.published import current
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


def rows(
    connection: duckdb.DuckDBPyConnection, workflow: str, step: str, present: str, days: int
) -> duckdb.DuckDBPyRelation:
    """With `SCHEMA`, the cheapest first; none where nothing was evaluated."""
    asked = {"workflow": workflow, "step": step, "days": days}
    found = connection.execute(current.question("eval_evidence"), asked).to_arrow_table().to_pylist()
    judged = judge(present, [Evidence(**row) for row in found])
    told = [
        vars(one.evidence)
        | {"success_low": round(one.low, 4), "success_high": round(one.high, 4), "verdict": one.verdict}
        for one in judged
    ]
    return connection.from_arrow(pa.Table.from_pylist(told, schema=SCHEMA))
