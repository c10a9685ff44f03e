"""History read again and built is history that arrived under today's mapping from the start: every mart is equal."""

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

import tests.lake
from sample_traces.otlp import Sent, Value, pack, span
from spanledger.building.build import Builder
from spanledger.cli import main
from tests.end_to_end.truth_check import unequal_marts
from tests.lake import OPTIONS, RECEIVED_AT_NS, land, open_warehouse
from tests.transforms.oracle import bodies_of, recordings
from transforms.mapping_file import read_mapping

MAPPING = """
senders:
  - service: acme
    span:
      acme.ticket: task_id
      acme.model: response_model
      acme.squad: team
      acme.traffic: {column: traffic_source, values: {live: production}}
      acme.result: {column: task_outcome, values: {solved: success, lost: failure}}
    usage: {rule: exclusive, keys: {acme.in: input_tokens, acme.cached: cached_input_tokens, acme.out: output_tokens}}
"""
SOME = 12
"""Recordings that history holds beside the company's own spans."""


def own_spans() -> list[bytes]:
    """Twelve tasks of two spans each, in the company's own words alone."""
    sent = []
    for task in range(12):
        trace, at_ns = f"{task + 1:032x}", RECEIVED_AT_NS - (task + 1) * 600 * 10**9
        outcome = "solved" if task % 3 else "lost"
        tags: dict[str, Value] = {"acme.ticket": f"t-{task}", "acme.result": outcome, "acme.traffic": "Live"}
        said: dict[str, Value] = {"acme.model": "gpt-4o-mini", "acme.squad": f"s{task % 2}", "acme.in": 100 + task}
        said |= {"acme.cached": 50, "acme.out": 20, "gen_ai.input.messages": f"[{task % 4}]"}
        times = [(at_ns, at_ns + 9 * 10**9), (at_ns + 10**9, at_ns + 5 * 10**9)]
        ids = f"{2 * task + 1:016x}", f"{2 * task + 2:016x}"
        sent.append(Sent((("service.name", "acme"),), ("acme", "1"), span(trace, ids[0], None, "job", times[0], tags)))
        sent.append(
            Sent((("service.name", "acme"),), ("acme", "1"), span(trace, ids[1], ids[0], "ask", times[1], said))
        )
    return list(pack(sent, 24))


def history() -> list[bytes]:
    return [*own_spans(), *(body for name in recordings()[:SOME] for body in bodies_of(name).values())]


def test_a_rewritten_lake_builds_what_a_fresh_landing_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, old, new = tmp_path / "mapping.yaml", tmp_path / "old", tmp_path / "new"
    file.write_text(MAPPING)
    land(history(), old, per_segment=3)
    (old / "hash.key").write_bytes(OPTIONS.hash_key)
    builder = Builder(old, old / "lake")
    builder.build()
    with open_warehouse(old) as warehouse:
        assert warehouse.sql("select count(*) from fct_calls where service_name = 'acme'").fetchone() == (0,)
    result = CliRunner().invoke(main, ["rewrite", "--data", str(old), "--mapping-file", str(file)])
    assert result.exit_code == 0, result.output
    outcome = builder.build()
    assert outcome.is_full, "what was read otherwise before must not linger"
    assert builder.build().build_id is None, "nothing new"

    monkeypatch.setattr(tests.lake, "OPTIONS", dataclasses.replace(OPTIONS, mapping=read_mapping(MAPPING, "m.yaml")))
    land(history(), new, per_segment=3)
    Builder(new, new / "lake").build()
    assert unequal_marts(old, new) == {}
    with open_warehouse(old) as warehouse:
        totals = "select count(*), sum(input_tokens), count(distinct task_id), count(distinct team) from fct_calls"
        assert warehouse.sql(f"{totals} where service_name = 'acme'").fetchone() == (12, 12 * 150 + 66, 12, 2)
        split = "select outcome, count(*) from fct_tasks where task_id like 't-%' group by all order by all"
        assert warehouse.sql(split).fetchall() == [("failure", 4), ("success", 8)]
