"""What the monthly report says of a request and of revenue."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from spanledger.reports import unit_economics
from spanledger.reports.asking import Asking
from spanledger.reports.periods import MONTHLY, Period

TABLE = (Path(__file__).parents[2] / "app" / "sample_economics.sql").read_text()
MONTH = (
    "INSERT INTO rpt_unit_economics BY NAME SELECT DATE '2026-10-01' AS month, 'acme' AS organization, "
    "'organization' AS scope_kind, true AS is_whole, 100 AS calls, 40 AS cost_usd, 1000 AS revenue_usd, "
    "5000 AS requests, 0.008 AS cost_per_request_usd, 0.04 AS ai_cost_ratio, "
    "$unknown AS unknown_cost_calls, $judged AS ai_cost_ratio_judged"
)
OCTOBER = Period(MONTHLY, date(2026, 10, 1), date(2026, 10, 31), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("unknown", "judged", "title"),
    [
        (0, "good", "A request cost $0.0080 in October, 4.0 % of revenue: good"),
        (60, None, "A request cost at least $0.0080 in October, at least 4.0 % of revenue"),
    ],
)
def test_spend_that_is_at_least_says_so(unknown: int, judged: str | None, title: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        connection.execute(MONTH, {"unknown": unknown, "judged": judged})
        section = unit_economics.section(Asking(connection, OCTOBER))
    assert section is not None
    assert section.title == title
