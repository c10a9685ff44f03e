"""A lake of many calls, written straight as canonical Parquet: a simulated company's week, again and again, ids anew.

A *copy* of the week has ids of its own (of spans, traces, responses, tasks, runs, sessions, users, contents) and token
counts of its own, trace by trace; copies belong to four organisations in turn. Every second copy sends the spans of its
model calls, agents and tools alone, as a program without traces of its own does, so that there are about 1.7 spans a
call. Rows stand in files by their hour of arrival, as compaction leaves them; the last day ends early, and what comes
next is what a benchmark adds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from collector.store.lake import write_segment
from collector.wal.segments import Header
from sample_traces import company
from transforms.columns import SCHEMA
from transforms.normalise import NormaliseOptions, Request, normalise

DAY_NS = 86_400 * 10**9
HOUR_NS = 3_600 * 10**9
LAST_DAY_ENDS_NS = 18 * HOUR_NS
SCALE = 4.0
ORGANIZATIONS = 4
NAMED = (
    *("response_id", "input_hash", "output_hash", "task_id", "workflow_run_id", "session_id", "user_id"),
    "customer_id",
)


@dataclass(frozen=True)
class Week:
    """One week of the company, `days` times seven tables of it; ``first`` is its Monday's or any day's UTC start."""

    days: list[pa.Table]
    calls: int
    first_ns: int
    company: company.Company


def make_week(seed: int, first: date) -> Week:
    """The seven days from ``first`` on, decoded once by the product's own reader."""
    history = company.simulate(seed, days=7, scale=SCALE, end=first + timedelta(days=7))
    options = NormaliseOptions(store_content=False, hash_key=b"k" * 32)
    rows = normalise([Request(body, 0, None, "", "span") for body in company.requests(history)], options)
    first_ns = int(datetime.combine(first, datetime.min.time(), UTC).timestamp()) * 10**9
    ended = np.maximum(
        *(rows[name].to_numpy().astype(np.int64) for name in ("end_time_unix_nano", "start_time_unix_nano"))
    )
    rows = rows.set_column(*_column("received_at_ns", pa.array(ended + 2 * 10**9)))
    day = (ended + 2 * 10**9 - first_ns) // DAY_NS
    calls = pc.sum(pc.equal(rows["role"], "request")).as_py()
    return Week(
        [rows.filter(pa.array(np.clip(day, 0, 6) == number)).combine_chunks() for number in range(7)],
        calls,
        first_ns,
        history,
    )


def write_history(lake: Path, week: Week, calls: int, days: int) -> pa.Table:
    """Write about ``calls`` calls over ``days`` days from the week's first on. Returns what is left of the last day."""
    if days < 1:
        raise ValueError(f"a history needs at least one day, not {days}")
    copies = copies_for(week, calls, days)
    last = days * 24 - 24 + LAST_DAY_ENDS_NS // HOUR_NS
    for hour, rows in arrivals(week, copies, 0, last):
        land(lake, rows, f"{hour:012d}-h")
    return pa.concat_tables([rows for _, rows in arrivals(week, copies, last, days * 24)]).sort_by("received_at_ns")


def copies_for(week: Week, calls: int, days: int) -> int:
    """How many copies of the week make about ``calls`` calls in ``days`` days; at least one."""
    return max(round(calls / (week.calls * days / 7)), 1)


def arrivals(week: Week, copies: int, first: int, end: int) -> Iterator[tuple[int, pa.Table]]:
    """What arrived in each of the hours from ``first`` to before ``end``, counted from the week's first midnight."""
    for number in range(first // 24, -(-end // 24)):
        rows = _day(week, number, copies)
        arrived = np.minimum((rows["received_at_ns"].to_numpy() - week.first_ns) // HOUR_NS, number * 24 + 23)
        for hour in range(max(first, number * 24), min(end, number * 24 + 24)):
            yield hour, rows.filter(pa.array(arrived == hour))


def land(lake: Path, rows: pa.Table, segment: str) -> None:
    """Write ``rows`` as one segment of the hour in which the first of them arrived; nothing where there are none."""
    if rows.num_rows:
        rows = rows.set_column(*_column("segment", pa.array([segment] * rows.num_rows))).sort_by("received_at_ns")
        write_segment(lake / "spans", Header(segment, rows["received_at_ns"][0].as_py()), rows)


def late(rows: pa.Table, share: float, days_back: int) -> pa.Table:
    """``rows``, of which ``share`` started up to ``days_back`` days earlier than they did: whole spans, one by one."""
    chance = np.random.default_rng(5)
    back = np.where(chance.random(rows.num_rows) < share, chance.integers(1, days_back, rows.num_rows), 0) * DAY_NS
    for name in ("start_time_unix_nano", "end_time_unix_nano"):
        rows = rows.set_column(*_column(name, pa.array(rows[name].to_numpy() - back.astype(np.uint64))))
    return rows


def _day(week: Week, number: int, copies: int) -> pa.Table:
    whole = week.days[number % 7]
    thin = whole.filter(pc.not_equal(whole["role"], "other")).combine_chunks()
    return pa.concat_tables(
        [_copy(thin if copy % 2 else whole, number // 7, copy) for copy in range(copies)]
    ).combine_chunks()


def _copy(rows: pa.Table, week: int, copy: int) -> pa.Table:
    """The rows with ids, counts and times that no other week and copy has."""
    chance = np.random.default_rng((week, copy))
    for name, width in (("trace_id", 16), ("span_id", 8), ("parent_span_id", 8)):
        mask = np.random.default_rng((week, copy, width)).integers(0, 256, width, np.uint8)
        rows = rows.set_column(*_column(name, _masked(rows[name], width, mask)))
    for name in (one for plain in NAMED for one in (plain, f"resource_{plain}") if one in rows.column_names):
        if rows[name].null_count < rows.num_rows:
            text = pc.binary_join_element_wise(rows[name].cast(pa.string()), f"{week}-{copy}", "-")
            rows = rows.set_column(*_column(name, text))
    later = week * 7 * DAY_NS
    for name in ("received_at_ns", "start_time_unix_nano", "end_time_unix_nano"):
        rows = rows.set_column(*_column(name, pa.array(rows[name].to_numpy().astype(np.int64) + later)))
    more = _by_trace(rows["trace_id"], chance)
    rows = rows.set_column(*_column("input_tokens", pc.add(rows["input_tokens"], pa.array(more))))
    owner = pa.array([f"org-{copy % ORGANIZATIONS}"] * rows.num_rows)
    return rows.set_column(*_column("organization", owner))


def _by_trace(trace_ids: pa.ChunkedArray, chance: np.random.Generator) -> Any:
    """A number below 2,000 for each row, equal within a trace."""
    codes = trace_ids.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    return chance.integers(0, 2000, int(codes.max(initial=0)) + 1)[codes]


def _masked(ids: pa.ChunkedArray, width: int, mask: Any) -> pa.Array:
    """Ids of ``width`` bytes, each xor ``mask``; null stays null."""
    known = pc.fill_null(ids, bytes(width)).combine_chunks().cast(pa.binary(width))
    data = np.frombuffer(known.buffers()[1], np.uint8, known.offset * width + len(known) * width)[
        known.offset * width :
    ]
    other = (data.reshape(-1, width) ^ mask).tobytes()
    fresh = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(ids), [None, pa.py_buffer(other)])
    return pc.if_else(ids.is_valid().combine_chunks(), fresh.cast(pa.binary()), None)


def _column(name: str, values: Any) -> tuple[int, pa.Field, Any]:
    field = SCHEMA.field(name)
    return SCHEMA.get_field_index(name), field, values.cast(field.type)
