"""Prices that other products had wrong, each with the reported numbers: by the ledger, the user's files and a build.

As in `tests.end_to_end.test_cases`: an organization a case, dollars worked out by hand from the prices in the comments.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.questions import sql
from sample_traces.otlp import Attributes, pack
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.end_to_end.cases import IN, LANDED, MS, OUT, READ, START, findings, only_call, rows, sends
from tests.lake import land, open_warehouse

APRIL_1, MAY_1 = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
NOVEMBER_1 = datetime(2026, 11, 1, tzinfo=UTC)
SONNET_4, SONNET_4_5 = "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929"

FILES = {
    "prices.csv": """provider,model,token_kind,unit_price,currency,valid_from,valid_to,source
scaleway,maison-1,input,0.90,EUR,2026-09-15,,price list of 2026-09
scaleway,maison-1,output,2.70,EUR,2026-09-15,,price list of 2026-09
""",
    "fx.csv": """currency,date,usd_per_unit,source
EUR,2026-09-01,1.1650,ECB reference rate
EUR,2026-10-01,1.2000,ECB reference rate
""",
    "names.csv": """provider,name,price_provider,price_model
azure.ai.openai,prod-chat,openai,gpt-4o
""",
}


def call(
    case: str,
    provider: str,
    model: str,
    used: tuple[int, int],
    *,
    cached: int | None = None,
    tier: str | None = None,
    on: datetime | None = None,
    client_usd: float | None = None,
) -> str:
    """One call of the organization ``case``: input and output tokens, in September 2026 unless said."""
    attributes: Attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": provider, "gen_ai.request.model": model,
        IN: used[0], OUT: used[1], READ: cached, "gen_ai.response.service_tier": tier,
        "gen_ai.cost.total_cost": client_usd,
    }  # fmt: skip
    starts = (int(on.timestamp()) * 10**9 - START) // MS if on else 0
    sends(case, 1, "example.app", {k: v for k, v in attributes.items() if v is not None}, ms=(starts, starts + 1000))
    return case


COSTS = {
    # langfuse#8482, FOCUS_Spec#2521: the tier is for the whole request, from the first token beyond it, until withdrawn
    call("at 200K", "anthropic", SONNET_4, (200_000, 1_000), on=APRIL_1): "0.615",
    call("above 200K", "anthropic", SONNET_4, (200_001, 1_000), on=APRIL_1): "1.222506",
    call("cached above", "anthropic", SONNET_4, (250_000, 1_000), cached=150_000, on=APRIL_1): "0.7125",
    # 100,000 at $6, 150,000 at $0.60, 1,000 at $22.50
    call("withdrawn", "anthropic", SONNET_4, (250_000, 1_000), on=MAY_1): "0.765",
    call("gemini at", "gcp.gemini", "gemini-2.5-pro", (200_000, 1_000)): "0.26",
    call("gemini above", "gcp.gemini", "gemini-2.5-pro", (250_000, 1_000)): "0.64",
    # litellm#13810 (flex twice over), PR#39861 (batch beyond 272K), PR#37219 (Bedrock's batch for nothing)
    call("standard", "openai", "gpt-5", (10_000, 2_000)): "0.0325",
    call("flex", "openai", "gpt-5", (10_000, 2_000), tier="flex"): "0.01625",
    call("priority", "openai", "gpt-5", (10_000, 2_000), tier="priority", on=NOVEMBER_1): "0.065",
    call("batch", "openai", "gpt-5", (10_000, 2_000), tier="batch"): "0.01625",
    call("cached batch", "openai", "gpt-5", (10_000, 2_000), cached=8_000, tier="batch"): "0.01175",
    call("batch above 272K", "openai", "gpt-5.4", (272_001, 1_000), tier="batch"): "0.6912525",  # $2.50 and $11.25
    call("bedrock batch", "aws.bedrock", f"global.anthropic.{SONNET_4_5}-v1:0", (1_800, 1_000), tier="batch"): "0.0102",
    # langwatch#2914, growthxai/output PR#255 ($2.56 for $0.85), langfuse's documentation
    call("dated", "openai", "gpt-4o-2024-08-06", (1_000, 1_000)): "0.0125",
    call("latest", "anthropic", "claude-3-7-sonnet-latest", (1_000, 1_000)): "0.018",
    call("longer name", "anthropic", "claude-opus-4-8", (100_000, 14_133)): "0.853325",
    call("shorter name", "anthropic", "claude-opus-4-20250514", (100_000, 14_133)): "2.559975",
    call("the trace says", "acme", "helios-9", (1_000, 1_000), client_usd=1.52): "1.52",
    call("alias", "azure.ai.openai", "prod-chat", (1_000, 1_000)): "0.0125",
    # archestra PR#6912: a region's endpoint costs a tenth more
    call("global", "aws.bedrock", f"global.anthropic.{SONNET_4_5}-v1:0", (1_000_000, 0)): "3",
    call("region", "aws.bedrock", f"us.anthropic.{SONNET_4_5}-v1:0", (1_000_000, 0)): "3.3",
    call("arn", "aws.bedrock",
         f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.{SONNET_4_5}-v1:0",
         (1_000_000, 0)): "3.3",
    # litellm#13399, models.dev#2919: 0.90 and 2.70 euro a million, at 1.1650
    call("euro", "scaleway", "maison-1", (1_000_000, 1_000_000)): "4.194",
    # newrelic-experimental/preflight#595: nearly all of it read from the cache, 10 cents a million
    call("cache", "anthropic", "claude-haiku-4-5", (106_528, 2), cached=106_520): "0.01067",
}  # fmt: skip

UNPRICED = {
    call("no fallback", "aws.bedrock", "us.acme.atlas-large-v1:0", (1_000_000, 1_000)): "us.acme.atlas-large-v1:0",
    call("no prefix", "anthropic", "claude-opus-4-99", (1_000, 1_000)): "claude-opus-4-99",
    call("no default", "openai", "gpt-4o-extra", (1_000, 1_000)): "gpt-4o-extra",
    call("another's profile", "aws.bedrock",
         "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc", (1_000, 1_000)): "arn",
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("prices")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    files = PriceFiles(prices=folder / "prices.csv", fx=folder / "fx.csv", model_names=folder / "names.csv")
    land(pack(LANDED, 5), folder)
    Builder(folder, folder / "lake", files).build()
    return folder


@pytest.fixture(scope="module")
def warehouse(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(data) as opened:
        yield opened


@pytest.mark.parametrize("case", COSTS)
def test_what_a_call_costs(warehouse: duckdb.DuckDBPyConnection, case: str) -> None:
    assert only_call(warehouse, case)["cost_usd"] == Decimal(COSTS[case])
    lines = rows(warehouse, "fct_call_charges", case, "charge_kind")
    assert sum(line["effective_cost_usd"] or 0 for line in lines) == Decimal(COSTS[case])


@pytest.mark.parametrize(("case", "tier"), [("at 200K", 0), ("above 200K", 200_000), ("withdrawn", 0)])
def test_the_context_tier_applied_is_said(warehouse: duckdb.DuckDBPyConnection, case: str, tier: int) -> None:
    assert only_call(warehouse, case)["context_tier"] == tier


@pytest.mark.parametrize("case", UNPRICED)
def test_no_price_is_made_up(warehouse: duckdb.DuckDBPyConnection, case: str) -> None:
    found = only_call(warehouse, case)
    assert (found["cost_usd"], found["cost_source"]) == (None, "unpriced")
    assert findings(warehouse, case)["unpriced_model"] == 1
    assert UNPRICED[case] in found["model"]


def test_what_only_the_trace_says_is_kept_as_the_clients_word(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = only_call(warehouse, "the trace says")
    assert (found["cost_source"], found["computed_cost_usd"]) == ("client", None)


def test_euros_stay_euros_beside_their_dollars(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The rate is that of the price's first day, not of the call's, and its day and origin are shown."""
    found = warehouse.execute(
        """select currency, unit_price * 1000000, unit_price_usd * 1000000, source from dim_prices
        where price_model = 'maison-1' and token_kind = 'input'"""
    ).fetchall()
    source = "price list of 2026-09; EUR at 1.1650 USD, ECB reference rate of 2026-09-01"
    assert found == [("EUR", Decimal("0.90"), Decimal("1.0485"), source)]
    (charge, *_) = rows(warehouse, "fct_call_charges", "euro", "charge_kind desc")
    assert charge["currency"] == "USD"


def test_a_million_tokens_counts_the_cached_ones(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The reported mistake: cost with the cache, over tokens without it, $1,067 a million for Haiku."""
    call = only_call(warehouse, "cache")
    uncached = call["input_tokens"] - call["cached_input_tokens"] + call["output_tokens"]
    assert call["cost_usd"] / uncached * 10**6 == 1067
    question = sql("model_prices")
    asked: dict[str, Any] = dict.fromkeys(re.findall(r"\$(\w+)", question))
    asked |= {"first": date(2020, 1, 1), "last": date(2030, 1, 1), "until_at": datetime(2030, 1, 1, tzinfo=UTC)}
    answer = warehouse.execute(question, asked | {"organization": ["cache"]})
    names = [name for name, *_ in answer.description or ()]
    (row,) = (dict(zip(names, values, strict=True)) for values in answer.fetchall())
    assert row["covered_tokens"] == 106_530
    assert float(row["usd_per_million"]) == pytest.approx(0.10015958, abs=1e-8)
