"""What may happen to a trace without changing any total: how it is delivered, what wraps it, who else records it.

One untouched history (some simulated days and every recording) is built; then the same history changed in several
ways, each under organizations of its own. Every trace is changed at random (the seed is in each failure, and
TEST_SEED repeats it). Calls, tokens of every kind, cost and usage-known calls of every task and traffic source
must stay.

What legitimately does change, and is therefore not done here:

* an agent's span between two sightings of which one has no usage: it may be that agent's own call (rule 3b);
* a second sighting beside the first, not around or inside it, without an id: two equal requests are two calls (rule 7);
* a second sighting that has usage where the library's own has none: the call's usage is then known (rule 1);
* a second library's counts where the first made its own up: the provider's are then known;
* three libraries of which one leaves the cache out without saying so: two neighbours may then agree in nothing;
* the step and the spend class of a call: a chain span is a step, and steps are what executions are told apart by.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sample_traces.otlp import Value, key_values
from spanledger.building.build import Builder
from tests.end_to_end import histories
from tests.end_to_end.histories import Call, Piece, Trace
from tests.end_to_end.vocabularies import AGGREGATES, INPUT, OUTPUT, READ, REASONING, WRITE, Counts, second_libraries
from tests.end_to_end.vocabularies import uncached as without_cache
from tests.lake import land, open_warehouse

SEED = int(os.environ["TEST_SEED"])
HOUR_NS = 3600 * 10**9
COUNTS = (INPUT, OUTPUT, READ, WRITE, REASONING)

DELIVERIES = {"delivered": 0, "clocks of 1970": -56, "clocks of 2099": 73}
"""Variants that are delivered at random, with the years by which their senders' clocks are wrong."""

TOTALS = """
    select
        regexp_extract(organization, '^[^/]*/(.*)$', 1) as origin, traffic_source, task_id, count(*) as calls,
        count(*) filter (where is_usage_known) as known, sum(input_tokens) as input, sum(output_tokens) as output,
        sum(coalesce(cached_input_tokens, 0)) as cached, sum(coalesce(cache_write_tokens, 0)) as written,
        sum(coalesce(cache_write_1h_tokens, 0)) as written_1h, sum(coalesce(reasoning_tokens, 0)) as reasoning,
        sum(cost_usd) as cost_usd
    from fct_calls where organization like ? || '/%' group by all order by all
"""


def wrapped(trace: Trace, rng: random.Random) -> None:
    """One more aggregate above some request, or above all children of a span, wearing what is below it."""
    vocabulary = rng.choice(AGGREGATES)
    choices = [(call, span_id) for call in trace.calls for span_id in call.sightings]
    if not choices:
        return
    call, span_id = rng.choice(choices)
    inner = [trace.piece(span_id)]
    siblings = trace.children(inner[0].span.parent_span_id) if inner[0].span.parent_span_id else []
    below = trace.calls_below(siblings)
    if len(below) > 1 and rng.random() < 0.6:
        inner, how = siblings, rng.choice(("the sum", "one of several"))
        counts = _sum(below) if how == "the sum" else rng.choice(below).counts
    else:
        how, counts = "the same usage", call.counts
    if vocabulary.is_agent and trace.ancestors(inner[0]) & {one for _, one in choices}:
        return
    wrapper = histories.new_piece(
        inner[0], rng, vocabulary.scope, vocabulary.name, key_values(vocabulary.attributes(counts))
    )
    wrapper.span.start_time_unix_nano = min(piece.span.start_time_unix_nano for piece in inner)
    wrapper.span.end_time_unix_nano = max(piece.span.end_time_unix_nano for piece in inner)
    trace.insert(wrapper, inner)
    trace.done.append(f"{vocabulary.scope} {vocabulary.name} wears {how} above {span_id}")


def _sum(calls: Sequence[Call]) -> Counts:
    return {name: sum(call.counts[name] or 0 for call in calls) for name in COUNTS}


UNCACHED = "uncached input"
SPELLINGS: dict[str, Callable[[Counts], Counts]] = {
    "all counts": lambda counts: counts,
    "no parts": lambda counts: counts | {READ: None, WRITE: None, REASONING: None},
    "zeros for parts": lambda counts: counts | {READ: 0, WRITE: 0, REASONING: 0},
    UNCACHED: lambda counts: counts | {INPUT: without_cache(counts), READ: None, WRITE: None},
    "nothing": dict.fromkeys,
}


def recorded_twice(trace: Trace, rng: random.Random, spellings: Sequence[str] = tuple(SPELLINGS)) -> None:
    """A second library's span around or inside a sighting of some call, or beside one if both name the response."""
    choices = [
        call
        for call in trace.calls
        if call.operation in ("chat", "embeddings") and not call.is_container_usage and not call.is_estimated
    ]
    if not choices:
        return
    call = rng.choice(choices)
    library = rng.choice(
        second_libraries(call.operation or "chat", call.provider, call.request_model, call.response_model)
    )
    spelling = rng.choice(spellings)
    counts = SPELLINGS[spelling](call.counts)
    attributes: dict[str, Value] = dict(library.attributes(counts))
    has_id = call.response_id is not None and rng.random() < 0.5
    attributes |= {"gen_ai.response.id": call.response_id} if has_id else {}
    seen = trace.piece(rng.choice(call.sightings))
    is_named = has_id and seen.response_id == call.response_id
    place = rng.choice(("around", "inside", *(["beside"] if is_named and spelling != UNCACHED else [])))
    twin = histories.new_piece(seen, rng, library.scope, library.name, key_values(attributes))
    twin.span.status.CopyFrom(seen.span.status)
    if place == "around":
        trace.insert(twin, [seen])
    else:
        trace.insert(twin, trace.children(seen.span.span_id) if place == "inside" else [])
        twin.span.parent_span_id = seen.span.span_id if place == "inside" else seen.span.parent_span_id
    trace.calls.remove(call)
    trace.calls.append(replace(call, sightings=(*call.sightings, twin.span.span_id.hex())))
    trace.done.append(f"{library.scope} {place} {seen.span.span_id.hex()}: {spelling}{' with id' if has_id else ''}")


def several(trace: Trace, rng: random.Random) -> None:
    """Up to four of the changes, one on top of the other."""
    for is_wrapped in rng.choices((True, False), k=rng.randint(1, 4)):
        if is_wrapped:
            wrapped(trace, rng)
        else:
            recorded_twice(trace, rng, [one for one in SPELLINGS if one != UNCACHED])


CHANGES: dict[str, Callable[[Trace, random.Random], None]] = {
    **{f"wrapped {number}": wrapped for number in range(3)},
    **{f"recorded twice {number}": recorded_twice for number in range(3)},
    **{f"several {number}": several for number in range(2)},
}


class Built:
    """A warehouse with the untouched history and every change of it, and what was done to which trace."""

    def __init__(self, data: Path) -> None:
        self.history = histories.pieces(SEED)
        self.done: dict[tuple[str, str], list[str]] = {}
        self.received_at_ns = max(piece.span.end_time_unix_nano for piece in self.history) + HOUR_NS
        first = data / "untouched"
        land(histories.requests("untouched", self.history), first, received_at_ns=self.received_at_ns)
        Builder(first, first / "lake").build()
        with open_warehouse(first) as warehouse:
            self.expected = totals(warehouse, "untouched")
            self.calls = _calls(warehouse)
        for variant, change in CHANGES.items():
            changed = histories.requests(variant, list(self._changed(variant, change)))
            land(changed, data, received_at_ns=self.received_at_ns)
        land(histories.requests("plain", self.history), data, received_at_ns=self.received_at_ns)
        for variant, years in DELIVERIES.items():
            self._deliver_at_random(data, variant, years)
        Builder(data, data / "lake").build()

    def _changed(self, variant: str, change: Callable[[Trace, random.Random], None]) -> Iterator[Piece]:
        for (origin, trace_id), pieces in histories.traces(self.history).items():
            trace = Trace.of(pieces, self.calls.get((origin, trace_id), []))
            change(trace, random.Random(f"{SEED}/{variant}/{origin}/{trace_id}"))
            self.done[variant, trace_id] = trace.done
            yield from trace.pieces

    def _deliver_at_random(self, data: Path, variant: str, years: int) -> None:
        """Every span alone or with few others, in any order, from several processes, over two days, some again; from
        senders whose clocks are that many years wrong."""
        rng = random.Random(f"{SEED}/{variant}")
        waiting = [piece.moved(years) for piece in self.history]
        waiting += [piece for piece in waiting if rng.random() < 0.3]
        rng.shuffle(waiting)
        hours = Counter(rng.randrange(48) for _ in waiting)
        for hour in rng.sample(sorted(hours), len(hours)):
            some, waiting = waiting[: hours[hour]], waiting[hours[hour] :]
            bodies = [
                histories.request(variant, some[start : start + 3], process=str(rng.randrange(5)))
                for start in range(0, len(some), 3)
            ]
            land(bodies, data, per_segment=40, received_at_ns=self.received_at_ns + hour * HOUR_NS)
        assert not waiting


def totals(warehouse: duckdb.DuckDBPyConnection, variant: str) -> set[tuple[Any, ...]]:
    return set(warehouse.execute(TOTALS, [variant]).fetchall())


def _calls(warehouse: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[Call]]:
    """The calls of the untouched history by origin and trace."""
    found: dict[tuple[str, str], list[Call]] = {}
    names = [item.name for item in fields(Call) if item.name not in ("sightings", "counts")]
    rows = warehouse.execute(
        "select regexp_extract(organization, '/(.*)$', 1), trace_id, [span_id] || folded_span_ids, "
        f"{', '.join((*names, *COUNTS))} from fct_calls order by all"
    ).fetchall()
    for origin, trace_id, sightings, *said in rows:
        facts = dict(zip(names, said, strict=False))
        counts = dict(zip(COUNTS, said[len(names) :], strict=True))
        found.setdefault((origin, trace_id), []).append(Call(sightings=tuple(sightings), counts=counts, **facts))
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("properties")


@pytest.fixture(scope="module")
def built(data: Path) -> Built:
    return Built(data)


@pytest.mark.parametrize("variant", [*CHANGES, *DELIVERIES])
def test_no_total_changes(built: Built, data: Path, variant: str) -> None:
    with open_warehouse(data) as warehouse:
        found = totals(warehouse, variant)
        owners = dict(
            warehouse.execute(
                "select task_id, list(distinct trace_id) from fct_calls where organization like ? || '/%' group by all",
                [variant],
            ).fetchall()
        )
    assert built.expected
    wrong = sorted(built.expected ^ found, key=repr)
    shown = [
        f"{'changed  ' if row in found else 'untouched'} {row} {[built.done.get((variant, one)) for one in traces]}"
        for row in wrong[:12]
        for traces in [owners.get(row[2], [])]
    ]
    if wrong:
        pytest.fail(f"seed {SEED}, {len(wrong)} rows differ, such as\n" + "\n".join(shown), pytrace=False)


@pytest.mark.parametrize("mart", ["fct_calls", "fct_spans", "fct_tasks", "fct_workflow_runs"])
def test_delivery_changes_no_row(built: Built, data: Path, mart: str) -> None:
    """However spans arrive, every row is the same; its organization, which here tells the variants apart, aside: it is
    part of each call's id, so a repeated call is compared by its span."""
    repeated = "(select span_id from fct_calls as other where other.call_id = duplicate_of_call_id)"
    rows = f"""
        select
            regexp_extract(organization, '/(.*)$', 1) as origin,
            {repeated if mart == "fct_calls" else "null"} as repeated_span_id,
            columns(c -> c not in ('organization', 'call_id', 'duplicate_of_call_id'))
        from {mart} where organization like ? || '/%'
    """
    with open_warehouse(data) as warehouse:
        plain, delivered = (set(map(repr, warehouse.execute(rows, [one]).fetchall())) for one in ("plain", "delivered"))
    assert plain
    assert sorted(plain ^ delivered)[:4] == [], f"seed {SEED}"


def test_impossible_clocks_are_dated_by_arrival_and_found(built: Built, data: Path) -> None:
    with open_warehouse(data) as warehouse:
        for variant in ("clocks of 1970", "clocks of 2099"):
            found = warehouse.execute(
                """
                select count(*), count(*) filter (where has_trustworthy_clock), min(epoch_ns(started_at)),
                    max(epoch_ns(started_at)), (
                        select sum(rows) from rpt_data_quality
                        where organization like $name || '/%' and "check" = 'untrustworthy_clock'
                    )
                from fct_spans where organization like $name || '/%'
                """,
                {"name": variant},
            ).fetchone()
            assert found is not None
            spans, believed, first, last, reported = found
            assert spans
            assert (believed, reported) == (0, spans)
            assert built.received_at_ns - 1000 <= first <= last < built.received_at_ns + 48 * HOUR_NS


def test_most_traces_were_changed(built: Built) -> None:
    """Nothing is proven by changes that did not happen."""
    for variant in CHANGES:
        changed = [done for (name, _), done in built.done.items() if name == variant and done]
        assert len(changed) > 0.5 * len(built.calls), variant
