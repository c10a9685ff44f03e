"""Steps of prices: what the four weeks before would cost at the new rates, beside what they would cost on the eve."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from spanledger.forecasting import prices
from spanledger.forecasting.budgets import Counter
from spanledger.forecasting.budgets.steps import price_steps
from transforms.forecasts import PriceStep

TODAY = date(2026, 11, 22)
TABLES = """
create schema facts;
create table dim_prices as
select
    rate as price_id, 'acme' as price_provider, model as price_model, 'input' as token_kind, 'token' as unit,
    'list' as rate_class, null::varchar as service_tier, null::varchar as region, 0 as input_tokens_above,
    null::time as time_from, null::time as time_to, price::decimal(28, 12) as unit_price_usd,
    begins::timestamptz as valid_from, ends::timestamptz as valid_to, timestamptz '2026-01-01 00:00:00+00' as known_at,
    null::timestamptz as withdrawn_at
from (
    values
    ('m1', 'm', 1, '2026-01-01', '2026-11-02'),
    ('m2', 'm', 0.4, '2026-11-02', '2026-11-16'),
    ('m3', 'm', 0.16, '2026-11-16', '2026-12-01'),
    ('m4', 'm', 0.08, '2026-12-01', null),
    ('n1', 'n', 1, '2026-01-01', null)
) as rates (rate, model, price, begins, ends);
create table fct_calls (
    call_id varchar, date date, organization varchar, environment varchar, traffic_source varchar, team varchar,
    project varchar, workflow_id varchar, workflow_run_id varchar, task_id varchar, agent_name varchar, model varchar,
    service_name varchar, feature varchar, customer_id varchar, user_id varchar, cost_source varchar
);
create table fct_call_charges (call_id varchar, date date, price_id varchar, effective_cost_usd decimal(28, 12));
create view rpt_rates_daily as
select
    date, organization, environment, traffic_source, team, project, workflow_id, model, price_id,
    coalesce(sum(effective_cost_usd) filter (where cost_source = 'computed'), 0) as computed_cost_usd
from fct_calls inner join fct_call_charges using (call_id, date) group by all;
create temp table forecast_todays as select '' as organization, date '2026-11-22' as today;
create table facts.int_budget_days (scope_key varchar, counter_key varchar, date date, cost_usd decimal(28, 12));
"""
SPEND = """
create temp table forecast_spend as
select organization, 'organization' as scope_kind, organization as scope, date, sum(effective_cost_usd) as cost_usd
from fct_call_charges inner join fct_calls using (call_id, date) group by all
"""
NOVEMBER, LATER, DECEMBER = date(2026, 11, 2), date(2026, 11, 16), date(2026, 12, 1)


def rate(day: date) -> tuple[str, float]:
    """The rate row of model m and its price."""
    return ("m1", 1.0) if day < NOVEMBER else ("m2", 0.4) if day < LATER else ("m3", 0.16)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("set TimeZone = 'UTC'")
        made.execute(TABLES)
        yield made


def use(connection: duckdb.DuckDBPyConnection, name: str, model: str = "m", **said: str) -> None:
    """100 tokens a day of the sixty days before today, in the counter ``name`` of the budgets' days too."""
    for number in range(1, 61):
        day = TODAY - timedelta(days=number)
        price_id, price = rate(day) if model == "m" else ("n1", 1.0)
        cost = 100 if said.get("cost_source", "computed") != "computed" else 100 * price
        call = {
            "call_id": f"{name}-{number}",
            "date": day,
            "organization": "",
            "model": model,
            "cost_source": "computed",
        }
        call |= said
        connection.execute(
            f"insert into fct_calls ({', '.join(call)}) values ({', '.join('?' * len(call))})", list(call.values())
        )
        connection.execute("insert into fct_call_charges values (?, ?, ?, ?)", [call["call_id"], day, price_id, cost])
        connection.execute("insert into facts.int_budget_days values (?, '', ?, ?)", [name, day, cost])


def whole(connection: duckdb.DuckDBPyConnection) -> dict[date, float]:
    """The steps of the organization."""
    connection.execute(SPEND)
    return {one.step.at: one.step.factor for one in prices.read(connection, 210)}


def test_each_of_two_steps_within_four_weeks_is_all_of_what_the_price_did(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    use(connection, "steady")
    assert whole(connection) == pytest.approx({NOVEMBER: 0.4, LATER: 0.4, DECEMBER: 0.5})


def test_a_step_is_the_share_of_the_use_at_the_rates_of_its_eve(connection: duckdb.DuckDBPyConnection) -> None:
    """Beside 100 USD a day that no rate changes, 100, 40, 16 and then 8."""
    use(connection, "m")
    use(connection, "n", "n")
    expected = {NOVEMBER: 140 / 200, LATER: 116 / 140, DECEMBER: 108 / 116}
    assert whole(connection) == pytest.approx(expected)


@pytest.mark.parametrize("source", ["covered", "provider", "client"])
def test_what_no_rate_made_follows_no_rate(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """A flat fee of 100 USD a day stays what it is, whatever its calls would cost by the list."""
    use(connection, "seat", cost_source=source)
    assert whole(connection) == {}
    use(connection, "metered")
    connection.execute("drop table forecast_spend")
    assert whole(connection) == pytest.approx({NOVEMBER: 140 / 200, LATER: 116 / 140, DECEMBER: 108 / 116})


def test_a_counter_takes_the_steps_of_the_calls_it_counts(connection: duckdb.DuckDBPyConnection) -> None:
    use(connection, "cheap", user_id="ann", team="search")
    use(connection, "other", "n", user_id="bob", team="search")
    use(connection, "nobody", service_name="s")
    whole(connection)
    ann = counter("cheap", user_id="ann", team="search")
    bob, unnamed = counter("other", user_id="bob"), counter("nobody", user_id="")
    found = price_steps(connection, {ann: TODAY, bob: TODAY, unnamed: LATER})
    assert {one.at: one.factor for one in found[ann]} == pytest.approx({NOVEMBER: 0.4, LATER: 0.4, DECEMBER: 0.5})
    assert bob not in found
    assert {one.at for one in found[unnamed]} == {NOVEMBER, LATER, DECEMBER}
    assert all(isinstance(one, PriceStep) for steps in found.values() for one in steps)


def test_a_change_not_known_yet_is_no_step_of_a_counter(connection: duckdb.DuckDBPyConnection) -> None:
    use(connection, "all")
    connection.execute("update dim_prices set known_at = timestamptz '2026-11-25 00:00:00+00' where price_id = 'm4'")
    whole(connection)
    everything = counter("all")
    assert [one.at for one in price_steps(connection, {everything: TODAY})[everything]] == [NOVEMBER, LATER]


def counter(scope_key: str, **named: str) -> Counter:
    """An open counter of November."""
    window = (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    return Counter("b", "", *window, 10.0, scope_key, tuple(sorted(named.items())), 0.0)
