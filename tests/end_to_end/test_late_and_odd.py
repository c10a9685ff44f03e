"""Late spans that change what earlier ones meant, and odd ones that must stay their sender's problem.

Each scenario is an organization of its own, so that all share one lake: built in two steps and at once, every mart must
be the same.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from sample_traces.otlp import Sent, Value, pack, span
from spanledger.building.build import Builder
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import RECEIVED_AT_NS, land, open_warehouse

SECOND = 10**9
HOUR = (RECEIVED_AT_NS // (3600 * SECOND) - 1) * 3600 * SECOND
"""The start of an hour shortly before arrival."""


class Scenario:
    """Spans of one organization."""

    def __init__(self, name: str) -> None:
        self.resource = (("service.name", "s"), ("spanledger.organization", name))

    def root(self, trace: int, number: int, at: int = 0, took: int = 20, **tags: Value) -> Sent:
        return self._sent(trace, number, None, at, took, ("app", "1"), tags)

    def call(
        self, trace: int, number: int, at: int = 0, took: int = 1, *, parent: int | None = None, scope: str = "lib",
        counts: tuple[int, int] = (1000, 100), **tags: Value,
    ) -> Sent:  # fmt: skip
        usage: dict[str, Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": counts[0],
            "gen_ai.usage.output_tokens": counts[1],
        }
        return self._sent(trace, number, parent, at, took, (scope, "1"), tags, usage)

    def _sent(
        self, trace: int, number: int, parent: int | None, at: int, took: int, scope: tuple[str, str],
        tags: dict[str, Value], usage: dict[str, Value] | None = None,
    ) -> Sent:  # fmt: skip
        attributes = (usage or {}) | {f"spanledger.{name.replace('__', '.')}": value for name, value in tags.items()}
        if "response_id" in tags:
            attributes["gen_ai.response.id"] = attributes.pop("spanledger.response_id")
        above = f"{parent:016x}" if parent else None
        times = (HOUR + at * SECOND, HOUR + (at + took) * SECOND)
        return Sent(self.resource, scope, span(f"{trace:032x}", f"{number:016x}", above, "x", times, attributes))


def scenarios() -> tuple[list[Sent], list[Sent]]:
    """What arrives before the first build, and what before the second."""
    first: list[Sent] = []
    second: list[Sent] = []

    one = Scenario("a fold across an hour's end is kept when its trace is touched again")
    first += [one.call(2, 2, -2, 7, scope="gateway"), one.call(1, 1, 1, 2)]
    second += [one.root(1, 9, 9)]

    one = Scenario("a fold with a trace that only another trace leads to")
    first += [one.call(2, 21, 10, counts=(10, 5), response_id="r1"), one.call(2, 22, 20, response_id="r2")]
    first += [one.call(3, 31, 19, 3, response_id="r2")]
    second += [one.call(1, 11, 9, 3, counts=(10, 5), response_id="r1")]

    one = Scenario("a later run says what traffic the task is")
    first += [one.call(1, 1, task__id="t", workflow__run_id="r1")]
    second += [one.call(2, 2, 50, task__id="t", workflow__run_id="r2", traffic_source="production")]

    one = Scenario("attempts of one task, not of all tasks of a run")
    first += [one.call(1, 1, task__id="t", workflow__run_id="r1", step="s", attempt=1)]
    first += [one.call(1, 2, 5, task__id="u", workflow__run_id="r1", step="s", attempt=0)]
    second += [one.call(2, 3, 50, task__id="t", workflow__run_id="r2", step="s")]

    for name, (before, after) in {"then b": (100, 200), "then a": (200, 100)}.items():
        one = Scenario(f"one span delivered under two parents, {name}")
        first += [one.root(1, 100, team="a"), one.root(1, 200, team="b"), one.call(1, 1, parent=before)]
        second += [one.call(1, 1, parent=after)]

    one = Scenario("a task tag below a root of the same instant")
    first += [one.root(1, 100, team="a", workflow__id="w1")]
    second += [one.call(1, 1, parent=100, team="b", workflow__id="w2", task__id="t")]
    return first, second


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("at_once")
    first, second = scenarios()
    land(pack([*second, *first], 5), data)
    Builder(data, data / "lake").build()
    return data


def test_in_two_steps_as_at_once(at_once: Path, tmp_path: Path) -> None:
    """After a build of nothing, which published no figure that the first step's could restate."""
    builder, restated = Builder(tmp_path, tmp_path / "lake"), []
    for step in [[], *scenarios()]:
        land(pack(step, 5), tmp_path)
        builder.build()
        with open_warehouse(tmp_path) as warehouse:
            restated += warehouse.execute("select count(*) > 0 from fct_restatements").fetchone() or ()
    assert restated == [False, False, True]
    assert unequal_marts(at_once, tmp_path) == {}


def test_folds_hold(at_once: Path) -> None:
    with open_warehouse(at_once) as warehouse:
        calls = dict(warehouse.execute("select organization, count(*) from fct_calls group by all").fetchall())
    assert calls["a fold across an hour's end is kept when its trace is touched again"] == 1
    assert calls["a fold with a trace that only another trace leads to"] == 2


def test_odd_spans_stop_nobody(tmp_path: Path) -> None:
    odd = Scenario("odd")
    spans = [
        Scenario("fine").call(1, 1, task__id="t", task__outcome="success", traffic_source="production"),
        odd.call(2, 2, attempt=-5, task__id="a"),
        odd.call(3, 3, step="s", attempt=0, task__id="b", workflow__run_id="r"),
        odd.call(3, 4, step="s", attempt=2**63 - 1, task__id="b", workflow__run_id="r"),
        odd.call(4, 5, task__id="c", task__units=3, task__units_succeeded=5),
        odd.call(5, 6, task__id="d", cost_usd=-5.0, cost_kind="provider", traffic_source="production"),
    ]
    for number, (start, end) in enumerate([(0, 2**63 - 1), (1, 2**64 - 1), (HOUR, 2**63 - 1), (2**63 + 5, 2**64 - 1)]):
        one = odd.call(6 + number, 10 + number)
        one.span.start_time_unix_nano, one.span.end_time_unix_nano = start, end
        spans.append(one)
    outside = odd.call(20, 20, 0, 9)
    inside = odd.call(20, 21, 1, 2, parent=20)
    outside.span.attributes.add(key="gen_ai.usage.reasoning.output_tokens").value.int_value = 500
    inside.span.attributes.add(key="gen_ai.usage.cache_read.input_tokens").value.int_value = 10
    land(pack([*spans, outside, inside], 3), tmp_path)
    Builder(tmp_path, tmp_path / "lake").build()
    with open_warehouse(tmp_path) as warehouse:
        fine = warehouse.execute("select cost_usd, spend_class from fct_calls where organization = 'fine'").fetchall()
        longest = warehouse.execute("select max(duration_ms) from fct_spans").fetchone()
        units = warehouse.execute("select units, units_succeeded from fct_tasks where task_id = 'c'").fetchall()
    assert fine == [(Decimal("0.0035"), "useful")]
    assert longest is not None
    assert longest[0] <= 30 * 86_400_000
    assert units == [(None, None)]
