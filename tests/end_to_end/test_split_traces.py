"""One call stays one call however its sightings are spread over traces, requests and builds."""

from pathlib import Path

import pytest

from sample_traces.otlp import Sent, pack, span
from spanledger.building.build import Builder
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import land, open_warehouse

APP, ORPHAN = "a" * 32, "b" * 32
RESOURCE = (("service.name", "assistant"),)
START = 1_790_000_000_000_000_000
SECOND = 1_000_000_000
USAGE = {"gen_ai.usage.input_tokens": 1798, "gen_ai.usage.output_tokens": 146}

ROOT = Sent(
    RESOURCE,
    ("app", "1"),
    span(APP, "0" * 15 + "1", None, "answer", (START, START + 9 * SECOND),
         {"spanledger.task.id": "task-1", "spanledger.task.outcome": "success",
          "spanledger.traffic_source": "production"}),
)  # fmt: skip
FRAMEWORK = Sent(
    RESOURCE,
    ("framework", "1"),
    span(APP, "0" * 15 + "2", "0" * 15 + "1", "chat", (START + SECOND, START + 8 * SECOND),
         {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", **USAGE}),
)  # fmt: skip
LOST_PARENT = Sent(
    RESOURCE,
    ("sdk", "1"),
    span(ORPHAN, "0" * 15 + "3", None, "chat gpt-4o", (START + 2 * SECOND, START + 7 * SECOND),
         {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o",
          "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.response.id": "resp-1",
          "gen_ai.usage.cache_read.input_tokens": 0, **USAGE}),
)  # fmt: skip
SPANS = (ROOT, FRAMEWORK, LOST_PARENT)


def build_in_steps(data: Path, order: tuple[Sent, ...]) -> None:
    """A build after each span."""
    builder = Builder(data, data / "lake")
    for one in order:
        land(pack([one], 1), data)
        builder.build()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("at_once")
    land(pack(SPANS, 10), data)
    Builder(data, data / "lake").build()
    return data


def test_a_sighting_that_lost_its_parent_is_the_same_call(at_once: Path) -> None:
    with open_warehouse(at_once) as warehouse:
        calls = warehouse.execute(
            "select trace_id, task_id, response_id, folded_span_ids, input_tokens, spend_class from fct_calls"
        ).fetchall()
        roles = dict(warehouse.execute("select span_id, role from fct_spans").fetchall())
    assert calls == [(APP, "task-1", "resp-1", ["0" * 15 + "3"], 1798, "useful")]
    assert roles == {"0" * 15 + "1": "other", "0" * 15 + "2": "call", "0" * 15 + "3": "folded"}


@pytest.mark.parametrize("order", [(LOST_PARENT, FRAMEWORK, ROOT), (FRAMEWORK, ROOT, LOST_PARENT)])
def test_whichever_comes_first(at_once: Path, tmp_path: Path, order: tuple[Sent, ...]) -> None:
    build_in_steps(tmp_path, order)
    assert unequal_marts(at_once, tmp_path) == {}
