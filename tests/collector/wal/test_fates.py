"""All that is received has a fate, counted once: received = landed + rejected + quarantined + waiting."""

import json
import os
import re
import signal
from pathlib import Path

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from collector.wal.fates import LANDED_NAME, Fates, Ledger
from collector.wal.segments import Header, Record, encode_header, encode_record
from collector.wal.waiting import Waiting, standing
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until
from tests.transforms.agent_logs import claude_metrics, claude_request, logs

FATES = ("received", "rejected", "landed", "quarantined", "waiting")


def figures(collector: Collector) -> dict[str, float]:
    """The counters of /metrics, each summed over its labels."""
    found: dict[str, float] = {}
    for name, value in re.findall(
        r"^(\w+)(?:\{.*?\})? (\S+)$", collector.request("GET", "/metrics").body.decode(), re.M
    ):
        found[name] = found.get(name, 0) + float(value)
    return found


def items(collector: Collector) -> dict[str, float]:
    """What became of all items so far."""
    now = figures(collector)
    return {
        "received": now.get("spanledger_items_received_total", 0),
        "rejected": now.get("spanledger_items_rejected_total", 0),
        "landed": now["spanledger_landed_items_total"],
        "quarantined": now["spanledger_quarantined_items_total"],
        "waiting": now["spanledger_log_waiting_items"],
    }


def plant(folder: Path, good: int, bad: int) -> None:
    """A sealed segment of an earlier run: one request of ``good`` spans, and one of ``bad`` that cannot be read."""
    folder.mkdir(parents=True)
    header = Header("000000-00000001-0badcafe", 1_700_000_000_000_000_000)
    bodies = [(request(*[span() for _ in range(good)]).SerializeToString(), good), (b"\xff\xff", bad)]
    records = [Record(header.opened_at_ns, None, body, items=count) for body, count in bodies]
    content = b"".join([encode_header(header), *(encode_record(record, header.segment) for record in records)])
    (folder / f"{header.segment}.log").write_bytes(content)


def send_all_kinds(collector: Collector) -> tuple[int, int]:
    """Requests of every signal, with items that are taken and items that are not; how many of either."""
    spans = request(*[span() for _ in range(5)], span(trace_id=b""), span(span_id=bytes(8)))
    assert collector.send(spans.SerializeToString()).status == 200
    other = claude_request()
    other.body.CopyFrom(AnyValue(string_value="something.else"))
    del other.attributes[:]
    other.attributes.append(KeyValue(key="event.name", value=AnyValue(string_value="something.else")))
    assert collector.send(logs(claude_request(), other).SerializeToString(), "/v1/logs").status == 200
    counted = claude_metrics([("input", 5.0, 60), ("output", 7.0, 60)])
    assert collector.send(counted.SerializeToString(), "/v1/metrics").status == 200
    said = [{"task_id": "t", "outcome": "success"}, {"task_id": "t", "outcome": "perhaps"}]
    answer = collector.request("POST", "/v1/outcomes", json.dumps(said).encode(), {"content-type": "application/json"})
    assert answer.status == 200, answer.body
    assert collector.send(b"\xff").status == 400  # its items are unknown: it is counted as a request
    return 5 + 1 + 2 + 1, 2 + 1 + 0 + 1


def test_received_is_landed_and_rejected_and_quarantined_and_waiting(tmp_path: Path) -> None:
    config = configuration(tmp_path / "data", lake=tmp_path / "lake", log_segment_max_age_s=0.3)
    plant(config.log, 4, 3)
    with Collector(config) as collector:
        wait_until(lambda: figures(collector)["spanledger_landed_requests_total"] == 1, "the planted segment to land")
        before = items(collector)
        assert before == {"received": 0, "rejected": 0, "landed": 4, "quarantined": 3, "waiting": 0}

        accepted, rejected = send_all_kinds(collector)
        wait_until(lambda: items(collector)["landed"] == 4 + accepted, "everything to land")
        (tmp_path / "lake").rename(tmp_path / "away")  # from here on, what is accepted waits
        os.kill(collector.writer_state["pid"], signal.SIGKILL)  # figures do not begin anew with a writer
        more, no_more = send_all_kinds(collector)
        wait_until(lambda: items(collector)["waiting"] == more, "what was accepted to wait")
        now = {name: value - before[name] for name, value in items(collector).items()}
        assert now == {
            "received": accepted + rejected + more + no_more,
            "rejected": rejected + no_more,
            "landed": accepted,
            "quarantined": 0,
            "waiting": more,
        }
        assert now["received"] == now["landed"] + now["rejected"] + now["quarantined"] + now["waiting"]

        (tmp_path / "away").rename(tmp_path / "lake")
        wait_until(lambda: items(collector)["waiting"] == 0, "the rest to land")
        assert items(collector)["landed"] == 4 + accepted + more
        end = figures(collector)
        assert end["spanledger_items_missing_total"] == 0
        rows = end["spanledger_lake_rows_total"] + end["spanledger_outcomes_landed_total"]
        assert rows == items(collector)["landed"] - 2, "two data points share a row, twice"
        text = collector.request("GET", "/metrics").body.decode()
        for reason in ("unfit", "no_model_call", "unusable"):
            assert f'reason="{reason}"' in text
        assert collector.stop() == 0


def test_a_segment_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / LANDED_NAME
    Ledger(path).count("1", Fates(landed_requests=2, rows=5))
    Ledger(path).count("1", Fates(landed_requests=2, rows=5))  # landed again by the next writer, after a crash
    again = Ledger(path)
    again.count("2", Fates(quarantined=1, quarantined_items=3))
    assert Ledger(path).total == again.total == Fates(landed_requests=2, rows=5, quarantined=1, quarantined_items=3)
    assert Ledger(path).segments == 2


def test_segments_that_cannot_be_removed_are_counted_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / LANDED_NAME)
    for _ in range(3):
        for name in ("1", "2"):
            ledger.count(name, Fates(rows=5))
    assert (ledger.total.rows, ledger.segments) == (10, 2)
    ledger.forget("1")
    ledger.count("3", Fates(rows=1))
    again = Ledger(tmp_path / LANDED_NAME)
    again.count("2", Fates(rows=5))
    assert (again.total.rows, again.segments) == (11, 3)


def test_a_segment_that_landed_and_is_still_in_the_log_does_not_wait(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    plant(config.log, 4, 3)
    now = standing(config)
    assert (now.waiting, now.landed) == (Waiting(sealed=1, requests=2, items=7), Fates())
    Ledger(config.run / LANDED_NAME).count("000000-00000001-0badcafe", Fates(landed_items=4, quarantined_items=3))
    now = standing(config)
    assert (now.waiting, now.landed) == (Waiting(), Fates(landed_items=4, quarantined_items=3))


def test_figures_that_cannot_be_written_hold_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    ledger = Ledger(tmp_path / "elsewhere" / LANDED_NAME)
    (tmp_path / "elsewhere").write_text("in the way")
    ledger.count("1", Fates(rows=5))
    (tmp_path / "elsewhere").unlink()
    ledger.count("2", Fates(rows=6))
    assert Ledger(tmp_path / "elsewhere" / LANDED_NAME).total == Fates(rows=11)
