"""Which budget's line is drawn beside a scope's forecast."""

from pathlib import Path

import duckdb
import pytest

import app

QUESTION = (Path(app.__file__).parent / "queries" / "forecast_budget.sql").read_text()
BUDGETS = (Path(__file__).parent / "sample_budgets.sql").read_text().partition("INSERT INTO")[0]
NOVEMBER = "TIMESTAMPTZ '2026-11-01 00:00:00+00'"
Found = str | None


def drawn(
    *budgets: str,
    of: str = "acme",
    kind: str = "team",
    which: str = "search",
    organizations: tuple[str, ...] = ("acme",),
) -> Found:
    """The budget that is drawn; ``budgets`` say columns of dim_budgets, each of the one called by its first word."""
    with duckdb.connect() as connection:
        connection.execute(BUDGETS)
        connection.execute("CREATE TABLE build_info AS SELECT TIMESTAMPTZ '2026-11-22 00:00:00+00' AS built_at")
        connection.execute("CREATE TABLE rpt_forecast_month_end (organization VARCHAR)")
        connection.executemany("INSERT INTO rpt_forecast_month_end VALUES (?)", [[one] for one in organizations])
        for said in budgets:
            connection.execute(f"INSERT INTO dim_budgets BY NAME SELECT {said}")
        connection.execute(
            "INSERT INTO rpt_budget_status BY NAME SELECT DISTINCT budget_id, '' AS counter_key, "
            f"'month' AS window_kind, 'usd' AS unit, {NOVEMBER} AS window_start, true AS is_open, true AS is_in_force, "
            "10 AS limit_usd, 0.5 AS share_used FROM dim_budgets"
        )
        row = connection.execute(QUESTION, {"of": of, "kind": kind, "which": which}).fetchone()
    return row[0] if row else None


def test_a_scopes_own_budget_is_drawn() -> None:
    assert drawn("'b' AS budget_id, 'acme' AS organization, 'search' AS team") == "b"
    assert drawn("'b' AS budget_id, 'acme' AS organization, 'legal' AS team") is None
    assert drawn("'b' AS budget_id, 'other' AS organization, 'search' AS team") is None


@pytest.mark.parametrize(("organizations", "found"), [(("acme",), "all"), (("acme", "other"), None)])
def test_a_limit_of_all_organizations_is_no_line_of_one_of_several(
    organizations: tuple[str, ...], found: Found
) -> None:
    assert drawn("'all' AS budget_id, 'search' AS team", organizations=organizations) == found
    whole = {"kind": "organization", "which": "acme", "organizations": organizations}
    assert drawn("'all' AS budget_id", **whole) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "old",
    [
        "TIMESTAMPTZ '2026-11-01 00:00:00+00' AS valid_to",
        "TIMESTAMPTZ '2026-12-01 00:00:00+00' AS valid_from",
        "TIMESTAMPTZ '2026-11-02 00:00:00+00' AS withdrawn_at",
    ],
)
def test_a_version_that_does_not_hold_draws_no_line(old: str) -> None:
    """The budget was the team's, or will be; what is open counts another team."""
    now = "'b' AS budget_id, 'legal' AS team"
    assert drawn(f"'b' AS budget_id, 'search' AS team, {old}", now) is None
    assert drawn(f"'b' AS budget_id, 'search' AS team, {old}", now, which="legal") == "b"
