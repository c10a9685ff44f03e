"""A corrected price on three months of the simulated company: published anew where it matters, the old figure kept."""

import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from click.testing import CliRunner

from sample_traces.company import requests, simulate
from spanledger.building.build import Builder
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse

PRICES = """provider,model,token_kind,unit_price_usd_per_million,valid_from,valid_to,source
openai,gpt-4o-mini,input,0.3,2026-10-01,,a contract nobody had told us of
openai,gpt-4o-mini,cache_read,0.075,2026-10-01,,a contract nobody had told us of
openai,gpt-4o-mini,output,0.6,2026-10-01,,a contract nobody had told us of
"""
CORRECTED = "provider = 'openai' and model = 'gpt-4o-mini' and date >= '2026-10-01' and cost_source = 'computed'"


class Story(NamedTuple):
    """The same lake before and after a price was corrected."""

    before: Path
    between: datetime
    after: Path
    prices: Path


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    after = tmp_path_factory.mktemp("after") / "data"
    land(requests(simulate(11, 92, 0.05, end=date(2026, 11, 1))), after)
    Builder(after, after / "lake").build()
    between = datetime.now(UTC)
    before = tmp_path_factory.mktemp("before") / "data"
    shutil.copytree(after, before)  # the same build: its facts stay where they are as long as it is among the kept
    prices = after.parent / "prices.csv"
    prices.write_text(PRICES)
    outcome = Builder(after, after / "lake", PriceFiles(prices)).build()
    assert (outcome.is_full, outcome.new_segments) == (False, 0)
    return Story(before, between, after, prices)


def one(data: Path, sql: str) -> tuple[Any, ...]:
    with open_warehouse(data) as warehouse:
        row = warehouse.execute(sql).fetchone()
    assert row is not None
    return row


def test_only_calls_of_the_model_and_the_time_changed(story: Story) -> None:
    (expected,) = one(story.before, f"select count(*) from fct_calls where {CORRECTED}")
    changed, outside = one(
        story.after,
        f"""select count(*), count(*) filter (where call_id not in (select call_id from fct_calls where {CORRECTED}))
        from fct_price_changes where change_usd != 0""",
    )
    assert expected > 50
    assert (changed, outside) == (expected, 0)


def test_the_difference_is_attributed_to_the_last_digit(story: Story) -> None:
    (before,) = one(story.before, "select sum(cost_usd) from fct_calls")
    after, restated, reasons = one(
        story.after,
        "select (select sum(cost_usd) from fct_calls), sum(change_usd), list(distinct reason) from fct_restatements",
    )
    assert restated > 0
    assert after - before == restated
    assert reasons == ["price"]
    uncached = "sum(input_tokens - coalesce(cached_input_tokens, 0))"
    tokens = one(story.before, f"select {uncached} from fct_calls where {CORRECTED}")[0]
    assert restated == Decimal(tokens) * Decimal("0.00000015")


def test_the_figure_as_first_published_is_still_there(story: Story) -> None:
    """Today's cost less the changes since, call by call; and the old rates give it again."""
    with open_warehouse(story.after) as warehouse:
        warehouse.execute(f"attach '{_warehouse(story.before)}' as before (read_only)")
        differing = warehouse.execute(
            """select calls.call_id
            from fct_calls as calls
            left join (select call_id, sum(change_usd) as change_usd from fct_restatements group by all) using (call_id)
            inner join before.main.fct_calls as first using (call_id)
            where calls.cost_usd - coalesce(change_usd, 0) is distinct from first.cost_usd"""
        ).fetchall()
    assert differing == []


def _warehouse(data: Path) -> Path:
    return data / "builds" / (data / "builds" / "CURRENT").read_text().strip() / "warehouse.duckdb"


def test_any_period_is_priced_as_of_any_day_in_one_command(story: Story) -> None:
    first = one(story.after, "select min(known_at) + interval 1 second from dim_prices")[0]
    said = _reprice(story.after, first)
    rows = {(row["provider"], row["model"]): row for row in said}
    mini = rows.pop(("openai", "gpt-4o-mini"))
    restated = one(story.after, "select sum(change_usd) from fct_restatements")[0]
    assert Decimal(str(mini["difference_usd"])) == -restated
    assert {Decimal(str(row["difference_usd"])) for row in rows.values()} == {Decimal(0)}
    assert all(Decimal(str(row["difference_usd"])) == 0 for row in _reprice(story.after, datetime.now(UTC)))


def _reprice(data: Path, instant: datetime) -> list[dict[str, Any]]:
    as_of = f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    result = CliRunner().invoke(
        main, ["prices", "reprice", "--data", str(data), "--as-of", as_of, "--format", "json"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.output)
    return rows


def test_the_marts_are_those_of_a_full_build_with_these_prices(story: Story, tmp_path: Path) -> None:
    shutil.copytree(story.after / "lake", tmp_path / "lake")
    Builder(tmp_path, tmp_path / "lake", PriceFiles(story.prices)).build()
    assert unequal_marts(tmp_path, story.after) == {}


def test_only_what_the_change_touches_is_made_again(story: Story) -> None:
    """Dates before the change keep their files."""
    (rewritten,) = one(story.after, "select min(date) from meta.touched_dates where model = 'int_call_charges'")
    assert rewritten >= date(2026, 9, 30)


def test_what_a_build_restated_is_known_to_all_later_ones(story: Story) -> None:
    records = list((story.after / "records" / "restatements").glob("*.parquet"))
    assert [path.name.startswith(".") for path in records] == [False]
    kept = one(story.after, "select count(*), sum(change_usd) from fct_restatements")
    story.prices.write_text(PRICES.replace("openai,gpt-4o-mini,input,0.3", "openai,gpt-4o-mini,input,0.15"))
    Builder(story.after, story.after / "lake", PriceFiles(story.prices)).build()
    again = one(story.after, "select count(*), sum(change_usd) from fct_restatements")
    assert again == (2 * kept[0], Decimal(0))
    assert one(story.after, "select sum(cost_usd) from fct_calls") == one(
        story.before, "select sum(cost_usd) from fct_calls"
    )
    Builder(story.after, story.after / "lake", PriceFiles(story.prices)).build(full_refresh=True)
    assert one(story.after, "select count(*), sum(change_usd) from fct_restatements") == again
    with duckdb.connect(str(_warehouse(story.after)), read_only=True) as warehouse:
        versions = warehouse.execute(
            """select count(*), count(withdrawn_at) from dim_prices
            where price_provider = 'openai' and price_model = 'gpt-4o-mini' and rate_class = 'contracted'"""
        ).fetchone()
    assert versions is not None
    assert versions[0] >= 5
