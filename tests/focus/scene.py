"""A lake with every kind of row an export can hold, and exports of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from sample_traces.otlp import Attributes, Sent, pack, span
from spanledger.building.build import Builder
from spanledger.charges.charge_files import ChargeFiles
from spanledger.cli import main
from spanledger.prices.price_files import PriceFiles
from tests.lake import land

IN, OUT = "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"
READ, WRITE = "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_creation.input_tokens"
TIER = "gen_ai.response.service_tier"
COST, KIND = "spanledger.cost_usd", "spanledger.cost_kind"

PRICES = """\
provider,model,token_kind,unit_price,unit,currency,unit_price_usd_per_million,service_tier,input_tokens_above,valid_from,\
valid_to,source,rate_class
openai,gpt-4o,input,,,,2.5,,,,,fixed for the test,list
openai,gpt-4o,cache_read,,,,1.25,,,,,fixed for the test,list
openai,gpt-4o,output,,,,10,,,,,fixed for the test,list
openai,gpt-4o,input,,,,2.1,,,,,contract,contracted
openai,gpt-4o,cache_read,,,,1.05,,,,,contract,contracted
openai,gpt-4o,output,,,,8.4,,,,,contract,contracted
openai,gpt-4o,input,,,,1.25,batch,,,,fixed for the test,list
openai,gpt-4o,output,,,,5,batch,,,,fixed for the test,list
google,gemini-2.5-pro,input,,,,1.25,,,,,fixed for the test,list
google,gemini-2.5-pro,output,,,,10,,,,,fixed for the test,list
google,gemini-2.5-pro,input,,,,2.5,,200000,,,fixed for the test,list
google,gemini-2.5-pro,output,,,,15,,200000,,,fixed for the test,list
mistral,mistral-large-latest,input,2,1M tokens,EUR,,,,2026-01-01,,fixed for the test,contracted
mistral,mistral-large-latest,output,6,1M tokens,EUR,,,,2026-01-01,,fixed for the test,contracted
"""
RATES = "currency,date,usd_per_unit,source\nEUR,2026-01-01,1.1,the bank\n"
CHARGES = """charge_id,category,provider,description,amount,currency,period_from,period_to,source,invoice_id,covers
seats,seat,anthropic,Ten seats,310,USD,2026-07-01,2026-08-01,invoice 4711,INV-4711,coders
unit,provisioned_throughput,openai,One unit,31,USD,2026-07-01,2026-08-01,contract,,
promised,credit,openai,Promotional credit,-5,USD,2026-07-01,2026-08-01,mail,,
vat,tax,openai,VAT,1.9,USD,2026-07-01,2026-08-01,invoice 12,,
"""
COVERAGE = "rule,allocate_by,user_id\ncoders,metered,carl\n"

GPT: Attributes = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
GEMINI: Attributes = {"gen_ai.provider.name": "gcp.gemini", "gen_ai.request.model": "gemini-2.5-pro"}
CLAUDE: Attributes = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-20250514"}
MISTRAL: Attributes = {"gen_ai.provider.name": "mistral_ai", "gen_ai.request.model": "mistral-large-latest"}
NOBODY: Attributes = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "a model nobody sells"}
OTHER: Attributes = {"gen_ai.provider.name": "a provider of our own", "gen_ai.request.model": "unheard of"}
TASK: Attributes = {
    "spanledger.task.id": "ticket-1",
    "spanledger.workflow.id": "answer",
    "spanledger.traffic_source": "production",
    "spanledger.team": "support",
    "spanledger.project": 'desk "one", two',
}

CALLS: tuple[tuple[str, str, Attributes], ...] = (
    ("cached", "2026-07-10T12:00:00", {**GPT, **TASK, IN: 1_000, READ: 400, OUT: 7}),
    ("cached again", "2026-07-10T13:00:00", {**GPT, **TASK, IN: 333, READ: 0, OUT: 11}),
    ("written", "2026-07-10T12:00:00", {**CLAUDE, **TASK, IN: 5_000, READ: 1_000, WRITE: 3_000, OUT: 99}),
    ("batch", "2026-07-11T00:00:00", {**GPT, IN: 777, OUT: 13, TIER: "batch"}),
    ("long", "2026-07-11T23:59:59", {**GEMINI, IN: 300_000, OUT: 17, "cloud.region": "europe-west4"}),
    ("short", "2026-07-11T23:59:59", {**GEMINI, IN: 200_000, OUT: 17}),
    ("euro", "2026-07-12T12:00:00", {**MISTRAL, IN: 123_457, OUT: 1_003}),
    ("billed more", "2026-07-12T12:00:00", {**GPT, IN: 1_000, OUT: 10, COST: 0.01, KIND: "provider"}),
    ("billed less", "2026-07-12T12:00:00", {**GPT, IN: 1_000, OUT: 10, COST: 0.0, KIND: "provider"}),
    ("billed unpriced", "2026-07-12T12:00:00", {**NOBODY, IN: 50, OUT: 5, COST: 0.5, KIND: "provider"}),
    ("said unpriced", "2026-07-12T12:00:00", {**NOBODY, IN: 60, OUT: 6, COST: 0.25}),
    ("unpriced", "2026-07-13T12:00:00", {**NOBODY, IN: 4_000, OUT: 292}),
    ("unknown", "2026-07-13T12:00:00", {**OTHER, IN: 10, OUT: 1}),
    ("covered", "2026-07-14T12:00:00", {**CLAUDE, IN: 2_000, OUT: 200, "user.id": "carl"}),
    ("month's last", "2026-07-31T23:59:59", {**GPT, IN: 3, OUT: 1}),
    ("month's first", "2026-08-01T00:00:00", {**GPT, IN: 5, OUT: 1}),
)


def sent(name: str, at: str, attributes: Attributes) -> Sent:
    """A call named ``name``, a trace of its own."""
    start = int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()) * 10**9
    trace = name.encode().hex().ljust(32, "0")[:32]
    made = span(trace, trace[:16], None, name, (start, start + 10**9), {"gen_ai.operation.name": "chat", **attributes})
    return Sent((("service.name", "s"), ("spanledger.organization", "acme")), ("app", "1"), made)


@dataclass(frozen=True)
class Scene:
    """A data directory with its builder and its price file."""

    data: Path
    builder: Builder
    prices: Path


def scene(data: Path) -> Scene:
    """The lake of `CALLS`, with prices, exchange rates, charges and coverage rules; built."""
    files = {"prices": PRICES, "rates": RATES, "charges": CHARGES, "coverage": COVERAGE}
    paths = {name: data / f"{name}.csv" for name in files}
    for name, text in files.items():
        paths[name].write_text(text)
    land(pack((sent(*call) for call in CALLS), 1), data, per_segment=4)
    builder = Builder(
        data,
        data / "lake",
        PriceFiles(prices=paths["prices"], fx=paths["rates"]),
        ChargeFiles(paths["charges"], paths["coverage"]),
    )
    builder.build()
    return Scene(data, builder, paths["prices"])


def export(data: Path, output: Path, *arguments: str) -> Path:
    """``spanledger export focus`` into ``output``, which is returned."""
    asked = ["export", "focus", "--data", str(data), "--output", str(output), *arguments]
    result = CliRunner().invoke(main, asked, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return output
