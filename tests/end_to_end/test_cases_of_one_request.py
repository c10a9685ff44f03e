"""Mistakes reported of other products about one request that is several records, or several attempts in one record.

As in `tests.end_to_end.test_cases`: an organization a case, numbers as reported, dollars worked out by hand. List
prices a million, in, cached, written, out: Claude Sonnet 4 $3, $0.30, $3.75, $15; Claude Fable 5 $10, $1, $12.50,
$50; Claude Opus 4.8 $5, $0.50, $6.25, $25; Gemini 2.5 Flash $0.30 and $2.50; gpt-4o $2.50 and $10.
"""

import base64
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sample_traces.otlp import Attributes, pack
from spanledger.building.build import Builder
from tests.end_to_end.cases import IN, LANDED, OUT, calls, findings, only_call, sends, tokens
from tests.lake import land, open_warehouse

LITELLM = "litellm"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data: Path = tmp_path_factory.mktemp("cases")
    land(pack(LANDED, 5), data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as opened:
        yield opened


def litellm(call_type: str, model: tuple[str, str], response_id: str, cost: float) -> Attributes:
    """A `litellm_request` span as LiteLLM's first tracer makes it, of 1,000 and 200 tokens."""
    provider, name = model
    return {
        "gen_ai.operation.name": call_type,
        "llm.request.type": call_type,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": name,
        "gen_ai.response.model": name,
        "gen_ai.response.id": response_id,
        IN: 1000,
        OUT: 200,
        "gen_ai.cost.total_cost": cost,
    }


def wrapped(provider: str, inside: str) -> str:
    named = f"litellm:custom_llm_provider:{provider};model_id:None;response_id:{inside}"
    return "resp_" + base64.b64encode(named.encode()).decode()


def raw(provider: str, usage: Attributes, **said: str) -> Attributes:
    return {f"llm.{provider}.usage": str(usage), **{f"llm.{provider}.{key}": value for key, value in said.items()}}


BRIDGED = {
    "anthropic": (("anthropic", "claude-sonnet-4-20250514"), 0.006, {"input_tokens": 1000, "output_tokens": 200}),
    "gemini": (
        ("gemini", "gemini-2.5-flash"), 0.0008,
        {"promptTokenCount": 1000, "candidatesTokenCount": 150, "thoughtsTokenCount": 50},
    ),
}  # fmt: skip
for route, (model, dollars, usage) in BRIDGED.items():
    for shape, above in (("siblings", 1), ("nested", 2)):
        case, chat = f"bridge-{route}-{shape}", f"chatcmpl-{route}-{shape}"
        sends(case, 1, LITELLM, {}, name="Received Proxy Server Request", ms=(0, 1000))
        outer = litellm("aresponses", model, wrapped(route, chat), dollars)
        sends(case, 2, LITELLM, outer, below=1, name="litellm_request", ms=(5, 990))
        inner = litellm("acompletion", model, chat, dollars)
        sends(case, 3, LITELLM, inner, below=above, name="litellm_request", ms=(10, 980))
        sends(case, 4, LITELLM, raw(route, usage), below=3, name="raw_gen_ai_request", ms=(20, 970))
NATIVE = litellm("aresponses", ("openai", "gpt-4o"), wrapped("openai", "resp_1"), 0.0045)
sends("bridge-openai", 1, LITELLM, {}, name="Received Proxy Server Request", ms=(0, 1000))
sends("bridge-openai", 2, LITELLM, NATIVE, below=1, name="litellm_request", ms=(5, 990))
USED: Attributes = {"input_tokens": 1000, "output_tokens": 200, "total_tokens": 1200}
sends("bridge-openai", 3, LITELLM, raw("openai", USED, id="resp_1"), below=2, name="raw_gen_ai_request", ms=(20, 970))


@pytest.mark.parametrize(
    ("case", "dollars", "sightings"),
    [
        ("bridge-anthropic-siblings", "0.006", 3),
        ("bridge-anthropic-nested", "0.006", 3),
        ("bridge-gemini-siblings", "0.0008", 3),
        ("bridge-gemini-nested", "0.0008", 3),
        ("bridge-openai", "0.0045", 2),
    ],
)
def test_a_bridge_that_logs_twice_is_one_call(
    warehouse: duckdb.DuckDBPyConnection, case: str, dollars: str, sightings: int
) -> None:
    """BerriAI/litellm#15740: `/v1/responses` of Anthropic and Gemini was logged as itself and as the completion it was
    bridged to, both with the cost; OpenAI's and Azure's once. The tokens are ours."""
    call = only_call(warehouse, case)
    assert tokens(call)[::3] == (1000, 200)
    assert (call["cost_usd"], call["reported_cost_usd"]) == (Decimal(dollars), Decimal(dollars))
    assert len(call["folded_span_ids"]) == sightings - 1


def test_a_bridge_that_bills_twice_is_two_calls(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The same bridge asked twice, under another id each time: nothing of it folds."""
    assert [tokens(call)[::3] for call in calls(warehouse, "bridge-twice")] == [(1000, 200)] * 2


for number in (1, 2):
    again = litellm("aresponses", BRIDGED["anthropic"][0], wrapped("anthropic", f"chatcmpl-{number}"), 0.006)
    sends("bridge-twice", number, LITELLM, again, name="litellm_request", ms=(0, 900))

Attempt = dict[str, Any]
REFUSED: Attempt = {
    "type": "message", "model": "claude-fable-5", "input_tokens": 2, "output_tokens": 299,
    "cache_read_input_tokens": 560_186, "cache_creation_input_tokens": 2083,
}  # fmt: skip
SERVED: Attempt = {
    "type": "fallback_message", "model": "claude-opus-4-8", "input_tokens": 2, "output_tokens": 295,
    "cache_read_input_tokens": 500_000, "cache_creation_input_tokens": 0,
}  # fmt: skip
FALLBACK: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-fable-5",
    "gen_ai.response.model": "claude-opus-4-8",
}
SHOWN: Attributes = {"gen_ai.cost.total_cost": 0.55798175}
"""Both attempts at Opus's prices."""


def usage_of(*attempts: Attempt) -> Attempt:
    """The provider's usage object: around the list it tells of the answering attempt alone."""
    return {key: value for key, value in attempts[-1].items() if key.endswith("_tokens")} | {"iterations": [*attempts]}


FOLDED = raw("anthropic", usage_of(REFUSED, SERVED))
SUMMED, LAST = {IN: 1_062_273, OUT: 594}, {IN: 500_002, OUT: 295}
for case, counted in (("fallback-summed", SUMMED), ("fallback-last", LAST)):
    sends(case, 1, LITELLM, {**FALLBACK, **counted, **SHOWN}, name="litellm_request", ms=(0, 1000))
    sends(case, 2, LITELLM, FOLDED, below=1, name="raw_gen_ai_request", ms=(10, 990))
DO_GENERATE: Attributes = {
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.provider": "anthropic.messages",
    "ai.model.id": "claude-fable-5",
    "ai.response.model": "claude-opus-4-8",
    "ai.usage.inputTokens": 500_002,
    "ai.usage.outputTokens": 295,
    "ai.usage.cachedInputTokens": 500_000,
    "ai.response.providerMetadata": json.dumps({"anthropic": {"usage": usage_of(REFUSED, SERVED)}}),
}
sends("fallback-vercel", 1, "ai", DO_GENERATE, name="ai.generateText.doGenerate")


@pytest.mark.parametrize("case", ["fallback-summed", "fallback-last", "fallback-vercel"])
def test_a_server_side_fallback_is_priced_attempt_by_attempt(warehouse: duckdb.DuckDBPyConnection, case: str) -> None:
    """BerriAI/litellm PR#39294: $0.5580 shown, $0.8586 billed. The refused attempt read 560,186 tokens from the cache
    and wrote 299; the rest is ours, such that both totals come out."""
    call = only_call(warehouse, case)
    refused, served = Decimal("0.6011935"), Decimal("0.257385")
    assert (call["computed_cost_usd"], call["cost_usd"]) == (refused + served, refused + served)
    assert round(call["cost_usd"], 4) == Decimal("0.8586")
    assert tokens(call) == (1_062_273, 1_060_186, 2083, 594)
    assert (call["model"], call["is_usage_known"]) == ("claude-opus-4-8", True)
    if case != "fallback-vercel":
        assert round(call["reported_cost_usd"], 4) == Decimal("0.5580")
        assert findings(warehouse, case)["reported_differs"] == 1


SILENT: Attempt = {"type": "message", "model": "claude-fable-5", "input_tokens": 535, "output_tokens": 0}
ANSWERED: Attempt = {"type": "fallback_message", "model": "claude-opus-4-8", "input_tokens": 412, "output_tokens": 264}
NEVER = usage_of(SILENT, {**ANSWERED, "output_tokens": 0})
ADVISED: Attempt = {"input_tokens": 412, "cache_read_input_tokens": 0, "output_tokens": 531, "iterations": [
    {"type": "message", "input_tokens": 412, "output_tokens": 89},
    {"type": "advisor_message", "model": "claude-fable-5", "input_tokens": 823, "output_tokens": 1612},
    {"type": "message", "input_tokens": 1348, "cache_read_input_tokens": 412, "output_tokens": 442},
]}  # fmt: skip
SUMMARY: Attempt = {"input_tokens": 0, "output_tokens": 0, "iterations": [
    {"type": "compaction", "input_tokens": 2930, "output_tokens": 1313},
]}  # fmt: skip
sends("compacted", 1, LITELLM, {**FALLBACK, **raw("anthropic", SUMMARY)}, name="raw_gen_ai_request")
for case, usage in (("declined", usage_of(SILENT, ANSWERED)), ("all-declined", NEVER), ("advised", ADVISED)):
    sends(case, 1, LITELLM, {**FALLBACK, **raw("anthropic", usage)}, name="raw_gen_ai_request")


def test_an_attempt_declined_before_any_output_is_not_billed(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The documented answer of a fallback: 412 and 264 tokens at Opus's price (earendil-works/pi#8285: $0.00866)."""
    declined = only_call(warehouse, "declined")
    assert (tokens(declined)[::3], declined["cost_usd"]) == ((412, 264), Decimal("0.00866"))
    nothing = only_call(warehouse, "all-declined")
    assert (tokens(nothing)[::3], nothing["cost_usd"], nothing["cost_source"]) == ((0, 0), 0, "computed")


def test_an_adviser_is_billed_at_its_own_price(warehouse: duckdb.DuckDBPyConnection) -> None:
    """The documented answer with an adviser: the usage around the list leaves it out, and all input but the first."""
    call = only_call(warehouse, "advised")
    assert (tokens(call), call["model"]) == ((412 + 823 + 1760, 412, None, 89 + 1612 + 442), "claude-opus-4-8")
    # Opus: 1,760 at $5, 412 at $0.50, 531 at $25; Fable: 823 at $10, 1,612 at $50
    assert call["cost_usd"] == Decimal("0.022281") + Decimal("0.08883")


def test_a_compaction_is_billed_though_the_usage_around_it_says_zero(warehouse: duckdb.DuckDBPyConnection) -> None:
    call = only_call(warehouse, "compacted")
    assert (tokens(call)[::3], call["is_usage_known"]) == ((2930, 1313), True)
    assert call["cost_usd"] == Decimal("0.047475")  # 2,930 at $5, 1,313 at $25
