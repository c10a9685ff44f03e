"""Many receivers, one lake: whatever happens to them, the marts are those of one receiver that was fed once."""

import os
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePath

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.store.lake import active_files, partition
from collector.store.lake_store import store_of
from sample_traces import company
from spanledger.building.build import Builder
from spanledger.prices.price_files import PriceFiles
from tests.collector.running import Collector, configuration, rows, wait_until
from tests.end_to_end.clocks import needs_wrong_clocks
from tests.end_to_end.tier import Tier, spread
from tests.end_to_end.tier_places import Place, place_of
from tests.end_to_end.truth_check import unequal_marts

SEED = int(os.environ["TEST_SEED"])
END = date(2026, 11, 1)
AT = datetime(2026, 11, 20, tzinfo=UTC)


def pieces(body: bytes, chance: random.Random) -> list[bytes]:
    """The spans of a request, each in one of three requests by chance: no trace stays together."""
    whole = ExportTraceServiceRequest.FromString(body)
    parts = [ExportTraceServiceRequest() for _ in range(3)]
    for resource_spans in whole.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                into = chance.choice(parts).resource_spans.add(resource=resource_spans.resource)
                into.scope_spans.add(scope=scope_spans.scope).spans.append(span)
    return [part.SerializeToString() for part in parts if part.resource_spans]


@pytest.fixture(params=["folder", "store"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made = place_of(request.param, tmp_path, monkeypatch)
    yield made
    made.close()


def build(data: Path, lake: PurePath, prices: Path) -> None:
    Builder(data, lake, PriceFiles(prices), clock=lambda: AT).build()


@pytest.mark.timeout(900)  # three builds, four or five collectors
@needs_wrong_clocks
def test_receivers_that_die_resend_and_err_in_time_give_the_marts_of_one(place: Place, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    history = company.simulate(SEED, days=12, scale=0.05, end=END)
    once, prices = list(company.requests(history)), tmp_path / "prices.csv"
    company.write_prices(history, prices)
    split = [piece for body in company.requests(history, spans_per_request=9) for piece in pieces(body, chance)]
    chance.shuffle(split)
    assert len(split) > 100

    with Tier(tmp_path, place.environments, place.lake) as tier:
        shutil.copytree(tier.keeper.data, tmp_path / "one")  # the same hash key
        tier.kill_while_it_writes(1, once * 20, place.has_half_a_file)
        tier.restart(1)
        place.put_clocks_wrong()
        dying = [1, 0, 2, 3][: len(tier.collectors)]
        kills = {len(split) * part // 10: number for part, number in zip((2, 4, 6, 8), dying, strict=False)}
        half = len(split) // 2
        twice = spread(tier, split[:half], chance, again=0.2, kills={at: n for at, n in kills.items() if at < half})
        place.put_clocks_right(tier)
        tier.wait_until_landed()
        build(tier.keeper.data, tier.lake, prices)
        place.put_clocks_wrong()
        later = {at - half: number for at, number in kills.items() if at >= half}
        twice += spread(tier, split[half:], chance, again=0.2, kills=later)
        place.put_clocks_right(tier)
        tier.wait_until_landed()
        tier.stop()
    check_names(tier, place)
    check_spans(tier, split, twice)
    build(tier.keeper.data, tier.lake, prices)

    with Collector(configuration(tmp_path / "one")) as alone:
        for body in once:
            assert alone.send(body).status == 200
        wait_until(lambda: not alone.waiting(), "the log to be empty")
        assert alone.stop() == 0
    build(tmp_path / "one", tmp_path / "one" / "lake", prices)

    assert unequal_marts(tmp_path / "one", tier.keeper.data) == {}, f"seed {SEED}"


def check_spans(tier: Tier, sent: list[bytes], twice: int) -> None:
    """All that was sent is in the lake, some of it twice."""
    whole = [ExportTraceServiceRequest.FromString(body).resource_spans for body in sent]
    ids = [span.span_id for spans in whole for one in spans for scope in one.scope_spans for span in scope.spans]
    landed = rows(tier.keeper)["span_id"].to_pylist()
    assert set(landed) == set(ids)
    assert twice
    assert len(landed) > len(ids)


def check_names(tier: Tier, place: Place) -> None:
    """Each segment is there once, every receiver's id is part of some, and the clocks were wrong indeed."""
    store = store_of(tier.lake, tier.keeper.data)
    segments = [segment for file in active_files(tier.lake, store) for segment in file.segments]
    assert len(segments) == len(set(segments))
    receivers = {segment.removesuffix(".logs").split("-")[2][:8] for segment in segments}
    assert len(receivers) == len(tier.collectors)
    now, there = datetime.now(UTC), {hour.folder for hour in store.hours(tier.lake / "spans")}
    for days in place.days_off:
        hours = {partition(tier.lake / "spans", now + timedelta(days=days, hours=-back)) for back in (0, 1)}
        assert hours & there, days
