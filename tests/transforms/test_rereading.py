"""Rows read again: as if they had just arrived, as far as the lake still holds what they were read from."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transforms import oracle
from tests.transforms.build import request
from tests.transforms.comparing import HIDE, KEEP, assert_lossless
from tests.transforms.generating import bodies
from tests.transforms.oracle import bodies_of, recordings
from tests.transforms.test_mapping import mappings
from transforms import lossless
from transforms.columns import CANONICAL, SCHEMA
from transforms.mapping import NO_MAPPING, KeyMapping
from transforms.mapping_file import read_mapping
from transforms.normalise import NormaliseOptions, Request, normalise
from transforms.rereading import reread
from transforms.typed import Hashed

_SETTINGS = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def land(batch: list[bytes], options: NormaliseOptions, mapping: KeyMapping = NO_MAPPING) -> pa.Table:
    options = NormaliseOptions(options.store_content, options.hash_key, mapping)
    return normalise([Request(body, 1_000 + at, f"org-{at}", "seg") for at, body in enumerate(batch)], options)


def again(rows: pa.Table, mapping: KeyMapping = NO_MAPPING) -> pa.Table:
    result = reread(rows, KEEP.hash_key, mapping)
    result.validate(full=True)
    assert result.schema == SCHEMA
    return result


def said(rows: pa.Table) -> list[tuple[str, ...]]:
    """What every row says in columns, and all it was sent with, in a form in which NaN equals itself."""
    return [
        (*(f"{name}={row[name]!r}" for name in CANONICAL), repr(sorted(lossless.attributes_of(row).items())))
        for row in rows.to_pylist()
    ]


@_SETTINGS
@given(st.lists(bodies(), max_size=3), mappings())
def test_kept_content_reads_as_if_it_had_just_arrived(batch: list[bytes], mapping: KeyMapping) -> None:
    rows = again(land(batch, KEEP), mapping)
    assert said(rows) == said(land(batch, KEEP, mapping))
    for row, span in zip(rows.to_pylist(), oracle.sent(batch), strict=True):
        assert_lossless(row, span)


@_SETTINGS
@given(st.lists(bodies(), max_size=3), mappings())
def test_nothing_changes_without_a_reason(batch: list[bytes], mapping: KeyMapping) -> None:
    rows = land(batch, HIDE, mapping)
    assert said(again(rows, mapping)) == said(rows)


@_SETTINGS
@given(st.lists(bodies(), max_size=3), mappings())
def test_a_mapping_comes_and_goes(batch: list[bytes], mapping: KeyMapping) -> None:
    rows = land(batch, HIDE)
    mapped = again(rows, mapping)
    assert said(again(mapped, mapping)) == said(mapped)
    for one, other in zip(rows.to_pylist(), mapped.to_pylist(), strict=True):
        assert repr(sorted(lossless.attributes_of(one).items())) == repr(sorted(lossless.attributes_of(other).items()))


@pytest.mark.parametrize("options", [KEEP, HIDE], ids=["kept", "hidden"])
def test_recordings_read_as_they_did(options: NormaliseOptions) -> None:
    for recording in recordings():
        rows = land(list(bodies_of(recording).values()), options)
        assert said(again(rows)) == said(rows), recording


HAYSTACK = {
    "haystack.component.type": "OpenAIChatGenerator",
    "haystack.component.output": json.dumps(
        {"replies": [{"meta": {"model": "gpt-4o", "usage": {"prompt_tokens": 9, "completion_tokens": 4}}}]}
    ),
}


def test_what_only_replaced_content_said_stays() -> None:
    chat = {"gen_ai.input.messages": "[1]", "gen_ai.output.messages": "[2]", "gen_ai.operation.name": "chat"}
    rows = land([request(HAYSTACK, chat)], HIDE)
    row, other = again(rows, read_mapping("senders: [{span: {gen_ai.operation.name: team}}]", "m")).to_pylist()
    assert (row["response_model"], row["input_tokens"], row["output_tokens"]) == ("gpt-4o", 9, 4)
    assert (other["team"], other["input_hash"], other["output_hash"]) == (
        "chat",
        *(rows[name].to_pylist()[1] for name in ("input_hash", "output_hash")),
    )
    assert None not in (other["input_hash"], other["output_hash"])


def test_a_mapped_set_of_counts_and_a_mapped_hash_beat_what_content_said() -> None:
    sent: dict[str, Any] = {**HAYSTACK, "in": 100, "hash": "h", "gen_ai.input.messages": "[1]"}
    rows = land([request(sent)], HIDE)
    mapping = read_mapping(
        "senders: [{span: {hash: input_hash}, usage: {rule: inclusive, keys: {in: input_tokens}}}]", "m"
    )
    (row,) = again(rows, mapping).to_pylist()
    assert (row["input_tokens"], row["output_tokens"], row["dialect"], row["input_hash"]) == (100, None, "mapping", "h")
    (row,) = again(again(rows, mapping)).to_pylist()
    assert (row["input_tokens"], row["input_hash"]) == (
        None,
        None,
    )  # both were read from the content once, and are lost


def test_counts_that_content_decided_stay_and_so_does_what_was_sent() -> None:
    usage = {"input_tokens": 3, "cache_read_input_tokens": 90, "cache_creation_input_tokens": 0, "output_tokens": 5}
    sent = {
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5.0,
        "response_data": json.dumps({"usage": usage}),
    }
    rows = land([request(sent, scope="logfire.anthropic")], HIDE)
    assert rows["input_tokens"].to_pylist() == [93], "the provider's own object says what the input holds"
    (row,) = again(rows).to_pylist()
    assert (row["input_tokens"], row["cached_input_tokens"], row["output_tokens"]) == (93, 90, 5)
    back = lossless.attributes_of(row)
    assert {key: back[key] for key in list(sent)[:2]} == {
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.usage.output_tokens": 5.0,
    }
    assert isinstance(back["response_data"], Hashed)


def test_an_estimate_told_by_the_order_of_attributes_stays() -> None:
    sent = {"gen_ai.response.id": "r", "gen_ai.response.model": "m", "gen_ai.usage.input_tokens": 3}
    rows = land([request(sent, scope="opentelemetry.instrumentation.anthropic")], HIDE)
    assert rows["is_estimated"].to_pylist() == [True]
    assert said(again(rows)) == said(rows)


def test_rows_of_an_older_version_get_the_columns_of_today() -> None:
    rows = land([request({"gen_ai.request.model": "m", "spanledger.step": "draft"})], HIDE)
    old = rows.set_column(rows.column_names.index("role"), "role", pa.nulls(1, pa.string()))
    assert said(again(old)) == said(rows)


def test_a_shape_of_another_version_is_refused() -> None:
    rows = land([request({"gen_ai.request.model": "m"})], HIDE)
    shape = pa.array(['{"gen_ai.request.model":["array","request_model"]}'])
    with pytest.raises(ValueError, match="shape names type 'array'"):
        again(rows.set_column(rows.column_names.index("shape"), "shape", shape))
