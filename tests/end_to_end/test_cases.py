"""Mistakes that users reported of other products, with the numbers given there: none is made here.

All cases lie in one lake and one build, each in an organization of its own. Dollars are worked out by hand from the
list prices of the day: gpt-4o $2.50 in, $1.25 cached, $10 out a million; Claude Sonnet 4 $3, $0.30, $3.75 written, $15.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample_traces.otlp import Attributes, pack
from spanledger.building.build import Builder
from tests.end_to_end.cases import (
    CLAUDE,
    GPT,
    IN,
    LANDED,
    OUT,
    READ,
    TASK,
    WRITE,
    calls,
    findings,
    only_call,
    rows,
    sends,
    tokens,
)
from tests.lake import land, open_warehouse

PLAIN, LITELLM, LANGFUSE = "example.app", "litellm", "langfuse-sdk"
ANTHROPIC, LANGCHAIN = "opentelemetry.instrumentation.anthropic", "opentelemetry.instrumentation.langchain"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    data: Path = tmp_path_factory.mktemp("cases")
    land(pack(LANDED, 5), data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as opened:
        yield opened


sends("agent", 1, "pydantic-ai", {"model_name": "gpt-4o", IN: 113, OUT: 11}, name="agent run")
sends("agent", 2, "pydantic-ai", {**GPT, IN: 56, OUT: 5}, below=1, name="chat gpt-4o", ms=(10, 400))
sends("agent", 3, "pydantic-ai", {**GPT, IN: 57, OUT: 6}, below=1, name="chat gpt-4o", ms=(500, 900))


def test_agent_span_repeats_its_children(warehouse: duckdb.DuckDBPyConnection) -> None:
    """pydantic/pydantic-ai#3995: 124 tokens, counted as 248."""
    assert [tokens(call)[::3] for call in calls(warehouse, "agent")] == [(56, 5), (57, 6)]
    spans = rows(warehouse, "fct_spans", "agent", "span_id")
    assert [row["unexplained_input_tokens"] for row in spans] == [0, None, None]


for number, operation in enumerate(("invoke_agent", "agent_step", "chat"), start=1):
    step: Attributes = {"gen_ai.operation.name": operation, "gen_ai.request.model": "gpt-4o", IN: 10, OUT: 16}
    sends("root", number, "gen_ai", step, below=number - 1 or None, ms=(number, 1000 - number))


def test_sdk_root_restates_its_only_call(warehouse: duckdb.DuckDBPyConnection) -> None:
    """traceroot-ai/traceroot PR#1612: one call of 10 and 16 tokens, shown as 20 and 32."""
    call = only_call(warehouse, "root")
    assert (tokens(call)[::3], call["operation"]) == ((10, 16), "chat")


sends("twice", 1, LANGCHAIN, {**CLAUDE, IN: 10_000, OUT: 200, READ: 0})
sends("twice", 2, ANTHROPIC, {**CLAUDE, IN: 10_000, OUT: 200, READ: 9_000}, below=1, ms=(10, 900))


def test_two_instrumentations_see_one_call(warehouse: duckdb.DuckDBPyConnection) -> None:
    """DataDog/dd-trace-js#8936: the outer one says that nothing came from the cache; the inner one knows."""
    call = only_call(warehouse, "twice")
    assert tokens(call) == (10_000, 9_000, None, 200)
    assert call["cost_usd"] == Decimal("0.0087")  # 1,000 at $3, 9,000 at $0.30, 200 at $15


USED = '{"input_tokens": 1000, "output_tokens": 100}'
sends("walks", 1, "mlflow", {"mlflow.spanType": '"CHAIN"', "mlflow.chat.tokenUsage": USED})
sends("walks", 2, "mlflow", {"mlflow.spanType": '"LLM"', "mlflow.chat.tokenUsage": USED}, below=1, ms=(1, 990))
PRICED = {"mlflow.llm.model": '"gpt-4o"', "mlflow.llm.cost": '{"total_cost": 0.0035}'}
sends("walks", 3, "mlflow",
      {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.chat.tokenUsage": USED, **PRICED}, below=2, ms=(2, 980))  # fmt: skip


def test_tokens_and_cost_are_those_of_the_same_spans(warehouse: duckdb.DuckDBPyConnection) -> None:
    """mlflow/mlflow#25007: a wrapper with usage and no model stopped the walk for tokens, not the one for cost."""
    call = only_call(warehouse, "walks")
    assert (tokens(call)[::3], call["model"], call["cost_usd"]) == ((1000, 100), "gpt-4o", Decimal("0.0035"))


for owner, dollars in (("owner-a", 0.10), ("owner-b", 0.15)):
    sends(owner, 1, PLAIN, {**GPT, "spanledger.cost_usd": dollars, "spanledger.cost_kind": "provider"}, trace="shared")


def test_one_trace_id_in_two_organizations(warehouse: duckdb.DuckDBPyConnection) -> None:
    """comet-ml/opik#7473: $0.10 and $0.15; asked for by trace id, one of them said $0.25."""
    one, other = only_call(warehouse, "owner-a"), only_call(warehouse, "owner-b")
    assert (one["cost_usd"], other["cost_usd"]) == (Decimal("0.10"), Decimal("0.15"))
    assert one["trace_id"] == other["trace_id"]
    assert one["call_id"] != other["call_id"]


sends("inclusive", 1, ANTHROPIC, {**CLAUDE, IN: 130_213, OUT: 100, READ: 128_955, WRITE: 1253})
sends("inclusive", 2, PLAIN, {**CLAUDE, IN: 5, OUT: 100, READ: 128_955, WRITE: 1253}, ms=(5000, 6000))


def test_cache_is_not_added_to_an_input_that_holds_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    """langfuse/langfuse#12306: 5 + 128,955 + 1,253 are 130,213 tokens, shown as 260,421."""
    whole, parts = calls(warehouse, "inclusive")
    assert tokens(whole) == tokens(parts) == (130_213, 128_955, 1253, 100)
    assert whole["cost_usd"] == parts["cost_usd"] == Decimal("0.04490025")


RAW = '{"prompt_tokens": 17903, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 17817}}'
GENERATION: Attributes = {"langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o"}
sends("subset", 1, LANGFUSE, {**GENERATION, "langfuse.observation.usage_details": RAW})


def test_cached_tokens_of_an_openai_answer_are_a_part(warehouse: duckdb.DuckDBPyConnection) -> None:
    """langfuse/langfuse#10592: 17,903 tokens, 17,817 of them cached, shown as 35,720."""
    call = only_call(warehouse, "subset")
    assert tokens(call) == (17_903, 17_817, None, 100)
    assert call["cost_usd"] == Decimal("0.02348625")  # 86 at $2.50, 17,817 at $1.25, 100 at $10


APART = '{"input": 5000, "cache_read_input_tokens": 1000, "output": 100, "total": 6100}'
sends("apart", 1, LANGFUSE, {**GENERATION, "langfuse.observation.usage_details": APART})
SUM = {"gen_ai.usage.total_tokens": 6100}
sends("apart", 2, PLAIN, {**GPT, IN: 5000, OUT: 100, READ: 1000, **SUM}, ms=(5000, 6000))
sends("apart", 3, PLAIN, {**GPT, IN: 100, OUT: 100, READ: 1000}, ms=(9000, 9900))


def test_cache_is_not_taken_from_an_input_without_it(warehouse: duckdb.DuckDBPyConnection) -> None:
    """langfuse/langfuse#13724: 5,000 uncached tokens became 4,000, and 0 where more came from the cache."""
    uncached = [call["input_tokens"] - call["cached_input_tokens"] for call in calls(warehouse, "apart")]
    assert uncached == [5000, 5000, 100]


sends("written", 1, ANTHROPIC, {**CLAUDE, IN: 10_000, OUT: 100, READ: 6000, WRITE: 3000})


def test_cache_writes_are_not_billed_as_input_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm PR#26919: only the reads were taken out of the input. The tokens are ours."""
    cost = only_call(warehouse, "written")["cost_usd"]
    assert cost == Decimal("0.01755")  # 1,000 at $3, 6,000 at $0.30, 3,000 at $3.75, 100 at $15; not $0.02655


PHOENIX: Attributes = {"openinference.span.kind": "LLM", "llm.model_name": "claude-sonnet-4-20250514"}
COUNT = "llm.token_count."
CACHED = {f"{COUNT}prompt_details.cache_read": 7917, f"{COUNT}prompt_details.cache_write": 350}
COUNTS = {f"{COUNT}prompt": 3, f"{COUNT}completion": 442, f"{COUNT}total": 8712, **CACHED}
sends("total", 1, "openinference.instrumentation.anthropic", {**PHOENIX, **COUNTS})
PARTIAL = {f"{COUNT}prompt": 3, f"{COUNT}total": 8712}
sends("total", 2, "openinference.instrumentation.anthropic", {**PHOENIX, **PARTIAL}, ms=(5000, 6000))


def test_output_is_not_the_total_less_the_prompt(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Arize-ai/phoenix#10783: 442 tokens out cost $0.00663, shown as 8,709 and $0.1306."""
    said, unsaid = calls(warehouse, "total")
    assert tokens(said) == (8270, 7917, 350, 442)
    assert said["cost_usd"] == Decimal("0.00663") + Decimal("0.0036966")  # 3 at $3, 7,917 at $0.30, 350 at $3.75
    assert (unsaid["output_tokens"], unsaid["is_usage_known"]) == (None, False)


PARTS = {READ: 8000, "gen_ai.usage.reasoning.output_tokens": 440}
sends("on-top", 1, PLAIN, {**GPT, IN: 30_000, OUT: 4603, "gen_ai.usage.total_tokens": 34_603, **PARTS})


def test_reasoning_and_cached_tokens_are_not_billed_on_top(warehouse: duckdb.DuckDBPyConnection) -> None:
    """latitude-dev/latitude-llm PR#4051: 34,603 tokens, shown as 43,043. How they divide is ours."""
    call = only_call(warehouse, "on-top")
    assert call["input_tokens"] + call["output_tokens"] == 34_603
    assert call["cost_usd"] == Decimal("0.11103")  # 22,000 at $2.50, 8,000 at $1.25, 4,603 at $10


for number, at in ((1, 0), (2, 13)):
    identity: Attributes = {"gen_ai.response.id": f"request-{number}", IN: 2000, OUT: 500}
    sends("identical", number, PLAIN, {**GPT, **TASK, **identity}, ms=(at, at + 1000))


def test_identical_requests_at_once_are_both_billed(warehouse: duckdb.DuckDBPyConnection) -> None:
    """anthropics/claude-code#87101: 13 ms apart under ids of their own. Both are real spend, and shown as such."""
    found = calls(warehouse, "identical")
    assert [call["cost_usd"] for call in found] == [Decimal("0.01")] * 2
    assert [call["duplicate_evidence"] for call in found] == ["concurrent"] * 2


COST = "gen_ai.cost.total_cost"
WORTH = {IN: 10_000, OUT: 500}
sends("retried", 1, LITELLM, {**GPT, **TASK, COST: 0.0}, ms=(0, 100), error="429")
sends("retried", 2, LITELLM, {**GPT, **TASK, COST: 0.0, **WORTH}, ms=(200, 300), error="stream broke")
sends("retried", 3, LITELLM, {**GPT, **TASK, COST: 0.0, **WORTH}, ms=(400, 900))


def test_attempts_neither_pin_nor_replace_the_cost(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm PR#28476, promptdriven/pdd#509: the failure's 0 stayed, or the retry's cost replaced the first's.

    The refused request used nothing; the two that used $0.03 each add up.
    """
    _, broken, answered = calls(warehouse, "retried")
    assert (broken["cost_usd"], answered["cost_usd"]) == (Decimal("0.03"), Decimal("0.03"))
    (task,) = rows(warehouse, "fct_tasks", "retried", "task_id")
    assert task["cost_usd"] == Decimal("0.06")


def test_attempts_at_one_thing_can_be_counted(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm#39455: two failures and a success are three rows, and one thing done."""
    found = calls(warehouse, "retried")
    assert [call["step_attempt"] for call in found] == [1, 2, 3]
    assert [call["spend_class"] for call in found] == ["failed_attempt", "failed_attempt", "useful"]
    assert len({(call["task_id"], call["step"], call["input_hash"]) for call in found}) == 1


sends("cut", 1, PLAIN, {**GPT, "gen_ai.request.stream": True})


def test_a_stream_without_final_usage_is_unknown_not_free(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm PR#33736: the client hung up, and the call was in no table."""
    call = only_call(warehouse, "cut")
    assert (call["cost_usd"], call["cost_source"], call["is_usage_known"]) == (None, "usage unknown", False)
    assert findings(warehouse, "cut")["unknown_usage"] == 1


sends("zero", 1, PLAIN, {**GPT, IN: 10_000, OUT: 0, "gen_ai.response.finish_reasons": ["stop"]})
FREE: Attributes = {"spanledger.cost_usd": 0.0, "spanledger.cost_kind": "provider"}
sends("zero", 2, PLAIN, {**GPT, **WORTH, **FREE}, ms=(5000, 6000))


def test_a_stated_zero_is_no_gap_to_fill(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm#37992: `count or estimate` put an estimate in the place of the provider's 0."""
    silent, free = calls(warehouse, "zero")
    assert (silent["output_tokens"], silent["is_usage_known"], silent["cost_usd"]) == (0, True, Decimal("0.025"))
    assert (free["cost_usd"], free["cost_source"]) == (0, "provider")
    assert findings(warehouse, "zero")["reported_differs"] == 1


sends("unpaid", 1, LITELLM, {**CLAUDE, **WORTH, COST: 0.0})


def test_a_reported_zero_for_used_tokens_is_flagged(warehouse: duckdb.DuckDBPyConnection) -> None:
    """BerriAI/litellm PR#37924: streams cost $0 while the provider billed some 830 euros. The tokens are ours."""
    call = only_call(warehouse, "unpaid")
    assert (call["cost_usd"], call["reported_cost_usd"]) == (Decimal("0.0375"), 0)
    assert (call["cost_source"], findings(warehouse, "unpaid")["reported_differs"]) == ("computed", 1)


ROOT: Attributes = {**TASK, "spanledger.workflow.id": "chat", "user.id": "user-1"}
sends("judged", 1, PLAIN, {key: value for key, value in ROOT.items() if "hash" not in key}, name="turn", ms=(0, 3000))
sends("judged", 2, PLAIN, {**GPT, IN: 2000, OUT: 500}, below=1, ms=(10, 900))
JUDGE: Attributes = {**GPT, IN: 1000, OUT: 100, "spanledger.traffic_source": "eval", "spanledger.step": "judge"}
sends("judged", 3, PLAIN, JUDGE, below=1, ms=(1000, 2000))


def test_a_judge_is_told_apart_and_the_root_costs_what_its_calls_do(warehouse: duckdb.DuckDBPyConnection) -> None:
    """langfuse/langfuse#16077, #714, BerriAI/litellm#27888: the root said $0.00, the judge's cost was the user's."""
    (run,) = rows(warehouse, "fct_workflow_runs", "judged", "workflow_run_id")
    assert (run["calls"], run["cost_usd"]) == (2, Decimal("0.0135"))
    (task,) = rows(warehouse, "fct_tasks", "judged", "task_id")
    assert (task["cost_usd"], task["overhead_cost_usd"]) == (Decimal("0.01"), Decimal("0.0035"))
    found = rows(warehouse, "fct_calls", "judged", "started_at")
    assert {(call["user_id"], call["traffic_source"]): call["cost_usd"] for call in found} == {
        ("user-1", "production"): Decimal("0.01"),
        ("user-1", "eval"): Decimal("0.0035"),
    }
