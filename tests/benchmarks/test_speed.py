"""The speed benchmarks run, in small: what they print is made, nothing is lost on the way; their goals need calm."""

from pathlib import Path

import pytest

from benchmarks import ack_latency, decode, door_to_lake, peer_products, peers, stages
from benchmarks.llm_spans import SPANS, make
from benchmarks.measuring import cpu_us
from transforms.normalise import NormaliseOptions, Request, normalise

PEERS = Path(__file__).parents[2] / ".venv" / "peers"


def test_a_request_holds_what_the_benchmarks_say() -> None:
    rows = normalise([Request(make(1, 300, events=1, links=1), 1, None, "s")], NormaliseOptions(True, b"k")).to_pylist()
    assert len(rows) == SPANS == len({row["span_id"] for row in rows})
    assert all(row["role"] == "request" and row["input_tokens"] and row["events"] and row["links"] for row in rows)
    assert make(1) == make(1) != make(2)


def test_decoding_costs_less_than_a_plain_loop() -> None:
    found = decode.measure(["no content"], requests=2, rounds=3)["no content"]
    assert found[decode.DECODE].median < found["plain loop, dict of attributes"].median


@pytest.mark.parametrize("name", ["http-gzip", "grpc-events"])
def test_door_to_lake_loses_nothing(name: str) -> None:
    variant = door_to_lake.VARIANTS[name]
    bodies = door_to_lake.bodies_of(variant, 4)
    life = door_to_lake.run(variant, bodies)
    assert life.rows == 4 * SPANS
    assert life.bytes < sum(map(len, bodies)) / 4


def test_every_stage_costs_something(tmp_path: Path) -> None:
    found = stages.medians(cpu_us(stages.works([make(1, events=1)], tmp_path), SPANS, rounds=3))
    assert len(found) == 7
    assert sum(found.values()) > 0


def test_answers_come_at_the_offered_rate() -> None:
    waits = ack_latency.measure(spans=32, seconds=0.5)
    assert 0 < waits.percentiles_ms[0] <= waits.percentiles_ms[-1]
    assert waits.answered_per_s > 0


@pytest.mark.parametrize("start", [peer_products.phoenix, peer_products.mlflow])
def test_a_peer_takes_the_same_spans_and_prices_them(start: "peers.Start", tmp_path: Path) -> None:
    venv = PEERS / start.__name__
    if not venv.exists():
        pytest.skip("to run it: " + peers.how_to(start, PEERS))
    with start(venv, tmp_path / "data", door_to_lake.free_ports(2)) as product:
        found = peers.theirs(product, [make(1)], queries=1)
    assert found.spans == SPANS
    assert found.cost_usd > 0
