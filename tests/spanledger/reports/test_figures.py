"""Each figure of a report is what plain SQL on the published marts says."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app import figures
from spanledger.published import current
from spanledger.reports import making, monthly, periods
from spanledger.reports.asking import Asking
from spanledger.reports.document import Bars, Document, Points, Ranking, Section, Table
from spanledger.settings import Settings
from tests.spanledger.reports.conftest import HOSTILE

TODAY = date(2026, 11, 16)


def made(company: Path, kind: str, day: date, **filters: str) -> Document:
    """The report of the period that a day lies in."""
    period = periods.holding(kind, day, TODAY)
    return making.make(Settings(data=company), period, {name: (value,) for name, value in filters.items()})


def answer(marts: duckdb.DuckDBPyConnection, sql: str, *values: object) -> tuple[Any, ...]:
    """The one row of a question."""
    [row] = marts.execute(sql, values).fetchall()
    return tuple(row)


def block(report: Document, kind: type, place: int = 0) -> Any:
    """The place-th table or chart of a kind."""
    return [one for part in report.sections for one in part.blocks if isinstance(one, kind)][place]


def section(report: Document, words: str) -> Section:
    """The section whose title has these words."""
    [found] = [part for part in report.sections if words in part.title]
    return found


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        ("daily", date(2026, 11, 14), date(2026, 11, 14), date(2026, 11, 14)),
        ("weekly", date(2026, 11, 12), date(2026, 11, 9), date(2026, 11, 15)),
        ("monthly", date(2026, 11, 3), date(2026, 11, 1), date(2026, 11, 15)),
        ("quarterly", date(2026, 11, 3), date(2026, 10, 1), date(2026, 11, 15)),
    ],
)
def test_the_head_is_what_the_marts_say(
    company: Path, marts: duckdb.DuckDBPyConnection, kind: str, day: date, first: date, last: date
) -> None:
    report = made(company, kind, day)
    spent, wasted, production = answer(
        marts,
        """select sum(cost_usd),
            sum(cost_usd) filter (spend_class in ('failed_attempt', 'superseded_attempt', 'retry_duplicate')),
            sum(cost_usd) filter (traffic_source = 'production')
        from rpt_spend_classes where date between ? and ?""",
        *(first, last),
    )
    told = {one.label: one for one in report.figures}
    assert told["Spend"].value == figures.money(spent)
    assert told["Wasted on retries and errors"].value == figures.share(wasted or 0, spent)
    assert kind == "daily" or told["Production share of the bill"].value == figures.share(production, spent)
    (each,) = answer(
        marts,
        """select sum(cost_usd) / sum(successes) from rpt_cost_per_successful_task
        where task_date between ? and ? and traffic_source = 'production'""",
        *(first, last),
    )
    assert told["Cost per successful task"].value.replace("≥ ", "").split(" – ")[-1] == figures.money(each)


def test_charts_and_tables_of_a_week_add_up(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "weekly", date(2026, 11, 12))
    days = marts.execute(
        "select date, sum(cost_usd) from rpt_traffic_split where date between '2026-11-09' and '2026-11-15' group by 1"
    ).fetchall()
    chart = block(report, Bars)
    assert chart.totals == [usd for _, usd in sorted(days)]
    assert chart.labels[0] == "9 Nov"
    assert len(chart.labels) == 7
    table: Table = block(report, Table)
    dearest = marts.execute(
        """select workflow_id, sum(calls), sum(cost_usd) from rpt_spend_classes
        where date between '2026-11-09' and '2026-11-15' group by 1 order by 3 desc, 1"""
    ).fetchall()
    for row, (workflow, calls, usd) in zip(table.rows[:-1], dearest, strict=False):  # the last one is the rest
        assert row[:3] == (workflow, figures.count(calls), figures.money(usd))
    assert table.total is not None
    assert table.total[2] == figures.money(sum((usd for *_, usd in dearest), Decimal(0)))


def test_what_ended_is_in_the_change_of_all(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    """The dear call of Friday is a workflow of its own, which Saturday does not have."""
    (now, before) = answer(
        marts,
        """select sum(cost_usd) filter (date = '2026-11-14'), sum(cost_usd) filter (date = '2026-11-13')
        from rpt_traffic_split""",
    )
    table: Table = block(made(company, "daily", date(2026, 11, 14)), Table)
    assert table.total is not None
    assert table.total[table.columns.index("Change")] == figures.signed_money(now - before)
    assert table.note.startswith("What ended had cost $")


def test_why_a_week_changed_is_the_marts_own_answer(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "weekly", date(2026, 11, 12))
    effects = dict(
        marts.execute(
            """select effect, sum(change_usd) from
            why_cost_changed(date '2026-11-02', date '2026-11-08', date '2026-11-09', date '2026-11-15')
            group by 1 having sum(change_usd) <> 0"""
        ).fetchall()
    )
    [part] = [one for one in report.sections if one.title.startswith("Cost ")]
    [chart] = [one for one in part.blocks if isinstance(one, Ranking)]
    assert sorted(bar.value for bar in chart.bars) == sorted(effects.values())
    moved = figures.money(abs(sum(effects.values(), Decimal(0))))
    assert moved in part.title


def test_a_team_sees_its_own_money_only(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "weekly", date(2026, 11, 12), team="finance")
    (spent, before) = answer(
        marts,
        """select sum(cost_usd) filter (date >= '2026-11-09'), sum(cost_usd) filter (date < '2026-11-09')
        from rpt_spend_classes where team = 'finance' and date between '2026-11-02' and '2026-11-15'""",
    )
    assert report.figures[0].value == figures.money(spent)
    [why] = [one for one in report.sections if one.title.startswith("Cost ")]  # its workflow is its alone
    assert figures.money(abs(spent - before)) in why.title
    assert "finance-month" in str(section(report, "budget"))
    assert "replays-week" not in str(report)


def test_an_incident_is_told_with_its_causes(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute(
        "select first_at::date, excess_usd, list_transform(drivers, lambda one: one.name) from rpt_anomalies order by 1"
    ).fetchall()
    assert found, "the dear call is out of the ordinary"
    day, excess, names = found[-1]
    report = made(company, "daily", day)
    assert figures.money(excess) in report.finding
    points: Points = block(report, Points)
    assert names[0] == HOSTILE
    assert HOSTILE in points.items[0][0]
    quiet = made(company, "daily", date(2026, 11, 14))
    assert "No spend was out of the ordinary" in quiet.finding


def test_cost_per_success_of_each_workflow(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "monthly", date(2026, 11, 3))
    expected = marts.execute(
        """select workflow_id, sum(tasks), sum(cost_usd) / nullif(sum(successes), 0) from rpt_cost_per_successful_task
        where task_date >= '2026-11-01' and traffic_source = 'production' group by 1"""
    ).fetchall()
    table = block(report, Table)
    told = {row[0]: (row[1], row[4].replace("≥ ", "").split(" – ")[-1]) for row in table.rows}  # or a range's end
    assert told == {name: (figures.count(tasks), figures.money(each)) for name, tasks, each in expected}


def test_budgets_of_a_month(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "monthly", date(2026, 11, 3))
    spent, used = answer(
        marts,
        "select spent_usd, share_used from rpt_budget_status where budget_id = 'company-month' and is_open",
    )
    [row] = [row for row in block_of(section(report, "udget")).rows if row[0] == "company-month"]
    assert row[2].startswith(figures.money(spent))
    assert row[3] == figures.share(used)


def block_of(part: Section) -> Table:
    """The table of a section."""
    [table] = [one for one in part.blocks if isinstance(one, Table)]
    return table


def test_what_closed_the_bill_beside_calls(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "monthly", date(2026, 10, 20))
    (total,) = answer(marts, "select sum(cost_usd) from rpt_total_cost where date_trunc('month', date) = '2026-10-01'")
    assert figures.money(total) in section(report, "in all").title


def test_a_quarter_names_decisions_with_their_figures(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "quarterly", date(2026, 11, 3))
    decisions: Points = block(report, Points)
    (kind, saved) = answer(
        marts,
        "select kind, sum(saving_usd) from rpt_opportunities group by kind, workflow_id, step order by 2 desc limit 1",
    )
    assert any(figures.money(saved) in detail for _, detail in decisions.items), kind
    months = marts.execute(
        """select strftime(task_date, '%B %Y'), sum(cost_usd) / sum(successes) from rpt_cost_per_successful_task
        where traffic_source = 'production' group by 1"""
    ).fetchall()
    table = block_of(section(report, "A successful task cost"))
    assert {(row[0], row[5].replace("≥ ", "")) for row in table.rows} == {
        (name, figures.money(usd)) for name, usd in months
    }


def test_a_chart_begins_where_the_data_does(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    (first,) = answer(marts, "select min(date) from fct_calls")
    monday = first - timedelta(days=first.weekday())
    chart = block(made(company, "quarterly", date(2026, 11, 3)), Bars)
    assert chart.labels[0] == f"{monday:%-d %b}"
    assert monday > date(2026, 10, 1)


def test_a_period_without_calls_says_so(company: Path) -> None:
    report = made(company, "daily", date(2026, 1, 10))
    assert re.search(r"No call: the newest call .* 15 November 2026", report.finding)
    assert not report.sections


def test_names_of_files_hold_nothing_that_a_shell_reads(company: Path) -> None:
    report = made(company, "weekly", date(2026, 11, 12), team=HOSTILE)
    assert re.fullmatch(r"weekly-2026-W46\.[a-z0-9.-]+", report.stem)


def test_what_is_ahead_is_the_builds_own_forecast(company: Path, marts: duckdb.DuckDBPyConnection) -> None:
    report = made(company, "monthly", date(2026, 11, 3), organization="northwind")
    (mean, low, high) = answer(
        marts,
        """select mean_usd, p10_usd, p90_usd from rpt_forecast_month_end
        where scope_kind = 'organization' and organization = 'northwind' and period_kind = 'month'
        order by period_start limit 1""",
    )
    title = section(report, "will come to about").title
    assert all(figures.money(usd) in title for usd in (mean, low, high)), title
    team = made(company, "monthly", date(2026, 11, 3), team="finance")
    assert "team finance" in section(team, "will come to about").title


def test_the_first_forecast_of_a_month_is_held_against_what_came(
    company: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    kept = marts.execute(
        """select p10_usd, p90_usd, actual_usd from rpt_forecasts_kept
        where horizon = 'month' and made_on >= '2026-10-01' and last_on = '2026-10-31'
            and scope_kind = 'organization' and organization = 'northwind'
        order by made_on limit 1"""
    ).fetchall()
    report = str(made(company, "monthly", date(2026, 10, 20), organization="northwind"))
    for low, high, actual in kept:
        assert f"{figures.money(low)} to {figures.money(high)} was expected" in report
        assert f"; {figures.money(actual)} came, " in report


def test_a_build_without_forecasts_says_so(company: Path) -> None:
    period = periods.holding("monthly", date(2026, 11, 3), TODAY)
    with current.opened(company) as connection:
        asking = Asking(connection, period)
        asking.__dict__["tables"] = asking.tables - {"rpt_forecast_month_end"}  # as a build of an earlier version
        assert "Nothing is forecast in this build yet" in str(monthly.write(asking))
