"""A data directory with a published build of the tables that alerts read, each filled by hand: no models are run."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from spanledger.settings import Settings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
TABLES = """
create table dim_budgets (
    budget_id varchar, threshold_at decimal(12, 6)[], threshold_to varchar[], withdrawn_at timestamptz,
    known_at timestamptz, valid_from timestamptz, valid_to timestamptz
);
create table rpt_budget_status (
    budget_id varchar, counter_key varchar, organization varchar, environment varchar, owner varchar, scope varchar,
    window_kind varchar, window_start timestamptz, unit varchar, state varchar, share_used double,
    limit_usd decimal(28, 12), limit_tokens bigint, limit_steps bigint, spent_usd decimal(28, 12), spent_tokens bigint,
    spent_steps bigint, unpriced_calls bigint, last_call_at timestamptz, is_open boolean, is_in_force boolean,
    forecast_usd decimal(28, 12), forecast_low_usd decimal(28, 12), forecast_high_usd decimal(28, 12),
    probability_over double, exhausted_on date
);
create table fct_calls (
    organization varchar, environment varchar, service_name varchar, provider varchar, model varchar,
    cost_source varchar, input_tokens bigint, output_tokens bigint, started_at timestamptz, date date
);
"""


class Scene:
    """One data directory; each `publish` is a new build."""

    def __init__(self, data: Path, alerts: str | None = None) -> None:
        self.data, self._builds = data, 0
        self.file = data / "alerts.yaml"
        data.mkdir(parents=True, exist_ok=True)
        if alerts is not None:
            self.file.write_text(alerts)
        self.settings = Settings(data=data, alerts_file=self.file if alerts is not None else None)

    def publish(self, *statements: str, complete_at: datetime = NOW) -> None:
        """Publish a build of these rows, that holds all that arrived before ``complete_at``."""
        self._builds += 1
        name = f"build-{self._builds}"
        folder = self.data / "builds" / name
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            built = f"create table build_info as select timestamptz '{complete_at.isoformat()}' as built_at"
            for statement in (built, TABLES, *statements):
                connection.execute(statement)
        (self.data / "builds" / "CURRENT").write_text(name + "\n")
        self.complete(complete_at)

    def complete(self, at: datetime) -> None:
        """Nothing new came until then."""
        (self.data / "run").mkdir(exist_ok=True)
        (self.data / "run" / "builds.json").write_text(json.dumps({"complete_at": at.timestamp()}))


def budget(name: str, state: str = "warned", spent: str = "8.5", *, key: str = "", owner: str = "ann") -> str:
    """A counter of a budget of ten dollars that warns at 80 % and pauses at 100 %."""
    share = float(spent) / 10
    return (
        "insert into dim_budgets by name "
        f"select '{name}' as budget_id, [0.8, 1.0] as threshold_at, timestamptz '2026-10-01 00:00:00+00' as known_at;"
        "insert into rpt_budget_status by name "
        f"select '{name}' as budget_id, '{key}' as counter_key, 'production' as environment, '{owner}' as owner, "
        f"'month' as window_kind, 'usd' as unit, '{state}' as state, {share} as share_used, 10 as limit_usd, "
        f"{spent} as spent_usd, 0 as unpriced_calls, timestamptz '2026-11-20 11:30:00+00' as last_call_at, "
        "timestamptz '2026-11-01 00:00:00+00' as window_start, true as is_open, true as is_in_force"
    )


def calls(service: str, days: int, last: datetime, *, hours: tuple[int, int] = (8, 18)) -> str:
    """A service that calls every half hour of the working day, ``days`` long, until ``last``."""
    first = (last - timedelta(days=days)).isoformat()
    return (
        "insert into fct_calls by name select "
        f"'{service}' as service_name, 'production' as environment, moment as started_at, moment::date as date "
        f"from generate_series(timestamptz '{first}', timestamptz '{last.isoformat()}', interval 30 minute) "
        "as series (moment) "
        f"where hour(moment) between {hours[0]} and {hours[1]}"
    )
