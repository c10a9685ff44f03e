"""Where budgets end, of a real build half an hour after midnight: windows of every kind and zone, an organization that
stopped a month ago, and budgets of all organizations. What is expected is worked out from the calls by the engine
alone, hour by hour."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.forecasting.targets import until
from spanledger.prices.price_files import PriceFiles
from tests.lake import land, open_warehouse
from transforms.forecasts import Series, forecast
from transforms.forecasts.series import Floats

NOW = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)  # a Sunday; the newest calls are of Saturday
TODAY = NOW.date()
PRICES = """provider,model,token_kind,unit_price,unit,valid_from,valid_to,source
acme,echo-1,input,1,1M tokens,,,contract
acme,echo-1,output,1,1M tokens,,,contract
"""
ENTRY = "  - {{id: {}, scope: {}, limit: {}, {}, owner: ann, unit: usd, thresholds: [{{at: 100%, policy: notify}}]}}\n"
STEADY = "{organization: steady, feature: a}"
SAID = (
    ("day", STEADY, 6, "window: day"),
    ("day-tokyo", STEADY, 6, "window: day, time_zone: Asia/Tokyo"),
    ("week", STEADY, 42, "window: week"),
    ("month", STEADY, 180, "window: month"),
    ("month-new-york", STEADY, 180, "window: month, time_zone: America/New_York"),
    ("quarter", STEADY, 552, "window: quarter"),
    ("quarter-new-york", STEADY, 552, "window: quarter, time_zone: America/New_York"),
    ("all-time", STEADY, 600, "window: total"),
    ("rolling", STEADY, 6, "window: rolling, duration: 24h"),
    ("idle-month", "{organization: idle}", 350, "window: month"),
    ("idle-quarter", "{organization: idle}", 3000, "window: quarter, time_zone: America/New_York"),
    ("everyone", "all", 640, "window: month"),
    ("each", '{organization: "*"}', 640, "window: month"),
    ("nobody", "{organization: gone}", 1, "window: month"),
    ("whole-month", "{organization: steady}", 300, "window: month"),
    ("whole-quarter", "{organization: steady}", 920, "window: quarter"),
)
WINDOWS = {
    "day": (datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
    "day-tokyo": (datetime(2026, 11, 21, 15, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC)),
    "week": (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)),
    "month": (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    "month-new-york": (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 12, 1, 5, tzinfo=UTC)),
    "quarter": (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    "quarter-new-york": (datetime(2026, 10, 1, 4, tzinfo=UTC), datetime(2027, 1, 1, 5, tzinfo=UTC)),
}
FIRST, LONG_AGO = date(2026, 9, 10), date(2026, 3, 1)


def spent(organization: str, day: date) -> int:
    """Micro-dollars a fifth; what is steady varies by as much."""
    if organization == "idle":
        return 20_000_000 if day <= date(2026, 10, 20) else 0
    noise = int(hashlib.md5(f"{organization} {day}".encode()).hexdigest()[:6], 16) / 2**24
    return round(2_000_000 * (0.8 + 0.4 * noise))


def call(organization: str, day: date, team: str, feature: str, tokens: int) -> Sent:
    """At noon; a token is a micro-dollar."""
    start = int(datetime.combine(day, time(12), UTC).timestamp()) * 10**9
    trace = hashlib.md5(f"{organization} {day} {team} {feature}".encode()).hexdigest()
    said: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "echo-1",
        "gen_ai.usage.input_tokens": tokens, "gen_ai.usage.output_tokens": 0, "spanledger.team": team,
        "spanledger.feature": feature,
    }  # fmt: skip
    made = span(trace, trace[:16], None, "chat", (start, start + 10**9), said)
    return Sent((("service.name", "s"), ("spanledger.organization", organization)), ("app", "1"), made)


def calls() -> Iterator[Sent]:
    """Calls of each day until yesterday, and one of long ago. Feature a, three fifths of all, is no scope's spend."""
    yield call("steady", LONG_AGO, "search", "a", 60_000_000)
    for organization in ("steady", "idle", "small"):
        for number in range((TODAY - FIRST).days):
            day = FIRST + timedelta(days=number)
            for team, feature, fifths in (("search", "a", 3), ("search", "b", 1), ("other", "b", 1)):
                if spent(organization, day):
                    yield call(organization, day, team, feature, spent(organization, day) * fifths)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data = tmp_path_factory.mktemp("budgets")
    (data / "budgets.yml").write_text("budgets:\n" + "".join(ENTRY.format(*one) for one in SAID))
    (data / "prices.csv").write_text(PRICES)
    land(pack(list(calls()), 50), data, received_at_ns=round(NOW.timestamp()) * 10**9)
    prices = PriceFiles(prices=data / "prices.csv")
    Builder(data, data / "lake", prices, budgets_file=data / "budgets.yml", clock=lambda: NOW).build()
    with open_warehouse(data) as connection:
        yield connection


Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Row]:
    """The open counters by budget and key, with the key of their series."""
    found = warehouse.execute(
        "select status.*, 'budget:' || scope_key || '/' || counter_key as series "
        "from rpt_budget_status as status inner join dim_budgets using (budget_id) where is_open"
    ).to_arrow_table()
    return {f"{row['budget_id']}/{row['counter_key']}".rstrip("/"): row for row in found.to_pylist()}


def history(organizations: Sequence[str], fifths: int, made_on: date) -> Floats:
    """US dollars a day before ``made_on``."""
    days = [FIRST + timedelta(days=number) for number in range((made_on - FIRST).days)]
    return np.array([sum(spent(one, day) for one in organizations) * fifths / 1e6 for day in days])


def ended(key: str, usd: Floats, made_on: date, window: tuple[datetime, datetime]) -> Floats:
    """What a window comes to on each path: calls at noon that were counted, and days to come hour by hour."""
    noons = [datetime.combine(FIRST + timedelta(days=number), time(12), UTC) for number in range(len(usd))]
    known = sum(value for noon, value in zip(noons, usd, strict=True) if window[0] <= noon < window[1])
    last = max(until(made_on), (window[1] - timedelta(microseconds=1)).date())
    ahead = forecast(Series(key, FIRST, usd), made_on, last)
    total = np.full(len(ahead.samples), float(known))
    for number in range(24 * ahead.samples.shape[1]):
        hour = datetime.combine(made_on, time(), UTC) + timedelta(hours=number)
        if window[0] <= hour < window[1]:
            total += ahead.samples[:, number // 24] / 24
    return total


def is_as_it_ends(row: Row, paths: Floats) -> None:
    low, middle, high = np.quantile(paths, (0.1, 0.5, 0.9))
    told = [float(row[name]) for name in ("forecast_low_usd", "forecast_usd", "forecast_high_usd")]
    assert told == pytest.approx([max(one, float(row["spent_usd"])) for one in (low, middle, high)], abs=2e-6)
    over = float(np.mean(paths > float(row["limit_usd"])))
    assert row["probability_over"] == pytest.approx(min(max(over, 0.05), 0.95), abs=1e-9)


@pytest.mark.parametrize("name", WINDOWS)
def test_a_window_ends_where_its_hours_do(rows: dict[str, Row], name: str) -> None:
    """West of UTC a quarter ends on the next one's first day; a day that begins after the newest call is one day."""
    made_on = TODAY if name == "day" else TODAY - timedelta(days=1)
    row = rows[name]
    is_as_it_ends(row, ended(row["series"], history(["steady"], 3, made_on), made_on, WINDOWS[name]))
    assert row["no_forecast_reason"] is None
    if name not in ("day", "day-tokyo"):  # of a day nothing is known before
        assert 0.05 < row["probability_over"] < 0.95
    assert row["exhausted_early_on"] is None or WINDOWS[name][0].date() <= row["exhausted_early_on"]


def test_what_counts_a_scope_ends_as_its_scope(rows: dict[str, Row], warehouse: duckdb.DuckDBPyConnection) -> None:
    scopes = warehouse.execute(
        "select period_kind, p10_usd, p50_usd, p90_usd from rpt_forecast_month_end "
        "where organization = 'steady' and scope_kind = 'organization'"
    ).fetchall()
    assert len(scopes) == 2
    for kind, *figures in scopes:
        row = rows[f"whole-{kind}"]
        assert [row[name] for name in ("forecast_low_usd", "forecast_usd", "forecast_high_usd")] == figures


def test_an_organization_that_stopped_is_forecast_from_its_silence(rows: dict[str, Row]) -> None:
    """Its newest day is a month ago, before the window; its history has zeros since."""
    month = rows["idle-month"]
    assert month["spent_usd"] == 0
    assert month["forecast_usd"] < 35
    assert month["probability_over"] == 0.05
    assert month["exhausted_on"] is None
    quarter = rows["idle-quarter"]
    assert quarter["forecast_low_usd"] == quarter["spent_usd"] == 2000


def test_a_budget_of_all_organizations_goes_by_the_newest_day_of_any(rows: dict[str, Row]) -> None:
    """The one that spent most stopped a month ago: neither its clock nor its spend is the others'."""
    row = rows["everyone"]
    usd = history(["steady", "idle", "small"], 5, TODAY)
    is_as_it_ends(row, ended(row["series"], usd, TODAY, WINDOWS["month"]))
    assert 0.05 < row["probability_over"] < 0.95


def test_a_budget_of_each_organization_goes_by_its_own(rows: dict[str, Row]) -> None:
    assert rows["each/organization=steady"]["forecast_usd"] == rows["whole-month"]["forecast_usd"]
    assert rows["each/organization=small"]["forecast_usd"] > 280


def test_all_time_runs_out_on_a_day_and_what_is_not_forecast_says_why(rows: dict[str, Row]) -> None:
    """What was spent before the history that forecasts see is spent all the same."""
    spent_so_far = 60 + float(history(["steady"], 3, TODAY).sum())
    row = rows["all-time"]
    assert float(row["spent_usd"]) == pytest.approx(spent_so_far)
    left = timedelta(days=(600 - spent_so_far) / 6)
    assert abs(row["exhausted_on"] - (TODAY + left)) <= timedelta(days=2)
    assert row["exhausted_early_on"] <= row["exhausted_on"] <= row["exhausted_late_on"]
    reasons = {name: rows[name]["no_forecast_reason"] for name in ("all-time", "rolling", "nobody")}
    assert reasons == {
        "all-time": "all time does not end",
        "rolling": "a rolling window does not end",
        "nobody": "nothing was counted in the 210 days before",
    }
    assert all(rows[name]["forecast_usd"] is rows[name]["probability_over"] is None for name in reasons)
