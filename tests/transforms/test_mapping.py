"""Mapped keys: whose, before and behind which others, with which values; nothing that was sent is lost."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms import oracle
from tests.transforms.build import request
from tests.transforms.comparing import assert_lossless, rows_of
from tests.transforms.generating import READ_KEYS, bodies
from transforms import lossless
from transforms.columns import CANONICAL, TAGS
from transforms.content import is_content
from transforms.mapping import KeyMapping
from transforms.mapping_file import NOT_MAPPED, ON_RESOURCES, ON_SPANS, read_mapping
from transforms.normalise import NormaliseOptions
from transforms.registry import MOST_MAPPED, PLACES
from transforms.tally import COUNTS


def mapped(text: str) -> NormaliseOptions:
    return NormaliseOptions(store_content=True, hash_key=b"k", mapping=read_mapping(text, "m.yaml"))


def row_of(text: str, attributes: dict[str, Any], **around: Any) -> dict[str, Any]:
    (row,) = rows_of([request(attributes, **around)], mapped(text))
    assert lossless.attributes_of(row) == attributes
    return row


def test_our_tags_beat_mapped_keys_which_beat_all_others() -> None:
    text = "senders: [{span: {x: team, m: response_model}}]"
    assert row_of(text, {"x": "theirs", "spanledger.team": "ours"})["team"] == "ours"
    assert row_of(text, {"m": "theirs", "gen_ai.response.model": "standard"})["response_model"] == "theirs"
    assert row_of(text, {"m": "", "gen_ai.response.model": "standard"})["response_model"] == "standard"
    resource = {"x": "theirs", "spanledger.team": "ours", "e": "blue", "deployment.environment.name": "green"}
    row = row_of("senders: [{resource: {x: team, e: environment}}]", {}, resource=resource)
    assert (row["resource_team"], row["resource_environment"]) == ("ours", "blue")


def test_keys_of_one_column_and_senders_stand_best_first() -> None:
    text = "senders: [{span: {a: team, b: team}}, {span: {c: team, d: project}}]"
    assert row_of(text, {"c": "3", "b": "2", "a": "1", "d": "4"})["team"] == "1"
    row = row_of(text, {"c": "3", "b": "2", "d": "4"})
    assert (row["team"], row["project"]) == ("2", "4")


@pytest.mark.parametrize(
    ("limit", "service", "scope", "expected"),
    [
        ("service: bot", "bot", "", "x"),
        ("service: bot", "bot2", "", None),
        ("service: [a, bot]", "bot", "", "x"),
        ("scope: acme.", "", "acme.llm", "x"),
        ("scope: [b, acme.]", "", "acme", None),
        ("service: bot, scope: acme", "bot", "other", None),
        ("service: bot, scope: acme", "bot", "acme", "x"),
    ],
)
def test_limits(limit: str, service: str, scope: str, expected: str | None) -> None:
    text = f"senders: [{{{limit}, span: {{k: team}}, usage: {{rule: inclusive, keys: {{i: input_tokens}}}}}}]"
    row = row_of(text, {"k": "x", "i": 3}, resource={"service.name": service}, scope=scope)
    assert (row["team"], row["input_tokens"]) == (expected, expected and 3)
    assert row["dialect"] == (expected and "mapping")


def test_a_limit_by_service_holds_for_resources_too() -> None:
    text = "senders: [{service: bot, resource: {k: team}}]"
    for service, expected in (("bot", "x"), ("other", None)):
        assert row_of(text, {}, resource={"service.name": service, "k": "x"})["resource_team"] == expected


@pytest.mark.parametrize(
    ("column", "values", "sent", "expected"),
    [
        ("traffic_source", "{Live: production}", "LIVE", "production"),
        ("traffic_source", "{live: production}", "Eval", "eval"),
        ("traffic_source", "{none: null}", "None", None),
        ("task_outcome", "{true: success}", True, "success"),
        ("task_outcome", "{200: success}", 200, "success"),
        ("team", "{a: b}", "c", "c"),
        ("attempt", "{first: 1}", "first", 1),
        ("attempt", "{first: 1}", 7, 7),
        ("attempt", "{first: 1}", "tenth", None),
        ("is_restart", "{again: true}", "again", True),
        ("task_score", "{good: 0.75}", "good", 0.75),
        ("reported_cost_usd", "{free: 0}", "free", Decimal(0)),
        ("provider", "{house: openai}", "house", "openai"),
        ("provider", "{house: openai}", "Gemini", "gcp.gemini"),
    ],
)
def test_values(column: str, values: str, sent: Any, expected: Any) -> None:
    row = row_of(f"senders: [{{span: {{k: {{column: {column}, values: {values}}}}}}}]", {"k": sent})
    assert row[column] == expected


@pytest.mark.parametrize(
    ("sent", "meaning"),
    [
        ("LLM", ("request", "chat")),
        ("robot", ("container", "agent")),
        ("embeddings", ("request", "embeddings")),
        ("chat", ("tool", "tool")),
        ("?", ("container", "workflow")),
    ],
)
def test_operation_says_what_a_span_is_before_any_other_key(sent: str, meaning: tuple[str, str]) -> None:
    text = "senders: [{span: {k: {column: operation, values: {llm: chat, robot: agent, chat: tool}}}}]"
    row = row_of(text, {"k": sent, "openinference.span.kind": "CHAIN"} if sent != "?" else {"k": sent}, names=("x",))
    expected = meaning if sent != "?" else ("other", None)
    assert (row["role"], row["operation"]) == expected


@pytest.mark.parametrize(
    ("rule", "sent", "expected"),
    [
        ("inclusive", (100, 50, 40, 10), (100, 50)),
        ("exclusive", (100, 50, 40, 10), (140, 50)),
        ("exclusive_output", (100, 50, 40, 10), (100, 60)),
        ("inclusive", (10, 50, 40, 10), (50, 50)),  # cache above the input proves exclusive
    ],
)
def test_usage_is_one_set_with_its_rule(rule: str, sent: tuple[int, ...], expected: tuple[int, int]) -> None:
    keys = "{i: input_tokens, o: output_tokens, c: cached_input_tokens, r: reasoning_tokens}"
    attributes: dict[str, Any] = {**dict(zip("iocr", sent, strict=True)), "gen_ai.usage.input_tokens": 7}
    row = row_of(f"senders: [{{usage: {{rule: {rule}, keys: {keys}}}}}]", attributes)
    assert (row["input_tokens"], row["output_tokens"]) == expected
    assert (row["cached_input_tokens"], row["reasoning_tokens"], row["usage_fields"]) == (sent[2], sent[3], 4)
    assert row["token_rule"].startswith("exclusive: " if sent[2] > sent[0] else f"{rule}: mapping")


def test_a_mapped_cost_is_a_clients_unless_a_mapped_kind_says_provider() -> None:
    text = "senders: [{span: {c: reported_cost_usd, by: {column: reported_cost_kind, values: {bill: provider}}}}]"
    assert row_of(text, {"c": 0.5})["reported_cost_kind"] == "client"
    assert row_of(text, {"c": 0.5, "by": "bill"})["reported_cost_kind"] == "provider"
    assert row_of(text, {"c": "?"})["cost_error"] == "c is not an amount of dollars: ?"


def test_every_column_can_be_mapped_or_says_why_not() -> None:
    told = {*ON_SPANS, *NOT_MAPPED}
    columns = {name for name in CANONICAL if name.removeprefix("resource_") not in TAGS or name in TAGS}
    assert told == columns, "transforms/mapping_file.py: put a new column in NOT_MAPPED, or in the page's list"
    assert set(ON_RESOURCES) <= set(ON_SPANS)
    assert max(PLACES.values()) < 63
    assert MOST_MAPPED >= 8, "dialects and mapped senders share 63 bits; widen transforms.detect before more dialects"


_KEYS = st.lists(st.sampled_from([key for key in READ_KEYS if key and not is_content(key)]), unique=True, max_size=12)


@st.composite
def mappings(draw: st.DrawFn) -> KeyMapping:
    """Any sensible mapping of keys that requests are likely to carry."""
    keys = draw(_KEYS)
    counts = dict(zip(draw(st.permutations(COUNTS)), keys[: draw(st.integers(0, 6))], strict=False))
    lines = ["senders: [{", *(f"service: {name}," for name in draw(st.sampled_from([[], ["tests"]])))]
    for place in ("span", "resource"):
        columns = ON_SPANS if place == "span" else ON_RESOURCES
        rest = [key for key in keys if key not in counts.values()]
        pairs = [f"{key!r}: {draw(st.sampled_from(columns))}" for key in rest] or [f"'own.{place}': team"]
        lines.append(f"{place}: {{{', '.join(pairs)}}},")
    if counts.keys() & {"input_tokens", "output_tokens"}:
        rule = draw(st.sampled_from(["inclusive", "exclusive", "exclusive_output"]))
        pairs = [f"{key!r}: {count}" for count, key in counts.items()]
        lines.append(f"usage: {{rule: {rule}, keys: {{{', '.join(pairs)}}}}}")
    return read_mapping(" ".join([*lines, "}]"]), "m.yaml")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(bodies(), max_size=3), mappings())
def test_every_attribute_comes_back_whatever_is_mapped(batch: list[bytes], mapping: KeyMapping) -> None:
    rows = rows_of(batch, NormaliseOptions(store_content=True, hash_key=b"k", mapping=mapping))
    for row, span in zip(rows, oracle.sent(batch), strict=True):
        assert_lossless(row, span)
