"""A coding agent writes each reply as several log lines that repeat its input, the output counted up to the last one.

Three ways of counting the set's 70 replies in 154 lines, each sent to the product as spans of an organization of its
own; and every line sent as what it is, the same span told again, which comes to the right one whatever arrives first.
"""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample_traces.otlp import Sent, pack
from sample_traces.public import PublicSetMissingError
from sample_traces.public.coding_agent import Line, call_attributes, read_lines
from sample_traces.public.files import identifier, nanoseconds, resource, sent
from spanledger.building.build import Builder
from tests.lake import land, open_warehouse

Identity = tuple[str, str]
"""What names the span, and what names the response."""


def span_of(organization: str, line: Line, start: int, identity: Identity) -> Sent:
    own, response = identity
    ids = (identifier(16, line["agent_id"]), identifier(8, own), None)
    return sent(
        resource("coding-agent", organization=organization), ids, f"chat {line['model']}",
        (start, nanoseconds(line["timestamp"])), call_attributes(response, line),
    )  # fmt: skip


@pytest.fixture(scope="module")
def replies() -> dict[str, list[Line]]:
    """Lines by reply, in the order written."""
    found: dict[str, list[Line]] = {}
    try:
        for line in read_lines():
            if line["message_id"] is not None:
                found.setdefault(line["message_id"], []).append(line)
    except PublicSetMissingError as missing:
        pytest.skip(str(missing))
    return found


def sends(replies: dict[str, list[Line]]) -> Iterator[Sent]:
    for message_id, lines in replies.items():
        start = nanoseconds(lines[0]["timestamp"])
        yield span_of("first line", lines[0], start, (message_id, message_id))
        yield span_of("last line", lines[-1], start, (message_id, message_id))
        for line in lines:
            yield span_of("every line", line, start, (line["uuid"], line["uuid"]))
            yield span_of("one response", line, start, (line["uuid"], message_id))
    for organization, told in orders([line for lines in replies.values() for line in lines]).items():
        for line in told:
            message_id = line["message_id"]
            start = nanoseconds(replies[message_id][0]["timestamp"])
            yield span_of(organization, line, start, (message_id, message_id))


def orders(lines: Sequence[Line]) -> dict[str, list[Line]]:
    shuffled = random.Random(7).sample(lines, len(lines))
    return {"as written": [*lines], "last to first": [*reversed(lines)], "in any order": shuffled}


@pytest.fixture(scope="module")
def warehouse(
    replies: dict[str, list[Line]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    data: Path = tmp_path_factory.mktemp("lines")
    land(pack(sends(replies), 40), data)
    Builder(data, data / "lake").build()
    with open_warehouse(data) as opened:
        yield opened


def counted(warehouse: duckdb.DuckDBPyConnection, organization: str) -> tuple[object, ...]:
    """Calls, output, cache reads, cache writes, dollars."""
    row = warehouse.execute(
        """select count(*), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_tokens), sum(cost_usd)
        from fct_calls where organization = ?""",
        [organization],
    ).fetchone()
    assert row is not None
    return row


RIGHT = (70, 95_999, 5_422_664, 371_130, Decimal("9.2306005"))


def test_three_ways_of_counting(warehouse: duckdb.DuckDBPyConnection) -> None:
    every, first = counted(warehouse, "every line"), counted(warehouse, "first line")
    assert every == (154, 96_451, 11_506_412, 887_762, Decimal("17.25269725"))
    assert first == (70, 1_296, 5_422_664, 371_130, Decimal("6.4773005"))
    assert counted(warehouse, "last line") == RIGHT


@pytest.mark.parametrize("organization", ["as written", "last to first", "in any order"])
def test_snapshots_of_one_span_are_its_last_one(warehouse: duckdb.DuckDBPyConnection, organization: str) -> None:
    """The same span told again is one row: the one that ended last, never the one that came last."""
    assert counted(warehouse, organization) == RIGHT


def test_one_response_told_by_several_spans_is_not_guessed_to_be_snapshots(
    replies: dict[str, list[Line]], warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Spans of their own that name one response are sightings of one call where their counts are equal. Where they
    differ, nothing tells a snapshot from a second answer under a reused id: they stay apart and are flagged. So
    whoever sends snapshots gives them the span's identity, or sends log records, of which the last holds."""
    told = {(name, line["output_tokens"]) for name, lines in replies.items() for line in lines}
    differing = {name for name, lines in replies.items() if len({line["output_tokens"] for line in lines}) > 1}
    calls = counted(warehouse, "one response")[0]
    assert (calls, len(told), len(differing)) == (123, 123, 53)
    flagged = warehouse.execute(
        """select sum(rows) from rpt_data_quality
        where organization = 'one response' and "check" = 'response_id_reused'"""
    ).fetchone()
    assert flagged == (sum(name in differing for name, _ in told),)
    others = "select 1 from rpt_data_quality where organization != 'one response' and \"check\" = 'response_id_reused'"
    assert warehouse.execute(others).fetchall() == []
