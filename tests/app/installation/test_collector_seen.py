"""What the explorer reads of a real collector: running, silent, ended, behind a token, on a copied directory."""

import hashlib
import shutil
import signal
from pathlib import Path

import pytest

from app.installation import Arrived, arrived, collector
from app.installation.kept import DamagedError
from collector.config import CollectorConfig
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until


def unfit() -> bytes:
    return request(span(), span(trace_id=b"")).SerializeToString()  # one span of two has no trace


def test_every_fate_is_read_from_the_collector_that_runs(tmp_path: Path) -> None:
    assert collector(tmp_path).state == "never"
    assert arrived(tmp_path) == Arrived(0, 0, None)
    with Collector(configuration(tmp_path / "data")) as running:
        data = running.config.data
        assert running.send(request(span(), span()).SerializeToString()).status == 200
        assert running.send(unfit()).status == 200
        assert running.send(b"not protobuf").status == 400
        wait_until(lambda: arrived(data).landed == 3, "the spans to land")
        seen = collector(data)
        assert (seen.state, seen.problems, seen.pid) == ("ready", [], running.process.pid)
        assert seen.http == running.http_url.removeprefix("http://")
        assert seen.grpc == running.grpc_address
        counters = seen.counters
        assert counters is not None
        assert counters.value("spanledger_items_received_total", signal="traces") == 4
        assert counters.value("spanledger_items_accepted_total") == 3
        assert counters.by("spanledger_items_rejected_total", "reason")["unfit"] == 1
        assert counters.by("spanledger_requests_total", "answer") == {"ok": 2, "invalid": 1}
        assert arrived(data) == Arrived(3, 3, 0)

        copy = tmp_path / "copy"
        shutil.copytree(data, copy)
        assert collector(copy).state == "stopped"  # the original's answers are not the copy's
        assert arrived(copy) == Arrived(3, 3, None)

        running.process.send_signal(signal.SIGSTOP)
        try:
            assert collector(data).state == "silent"
        finally:
            running.process.send_signal(signal.SIGCONT)
        running.stop()
        seen = collector(data)
        assert (seen.state, seen.counters) == ("stopped", None)
        assert seen.started_at is not None


def test_counters_behind_a_token_are_said_to_be_untold(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"the-token-itself").hexdigest()
    (tmp_path / "tokens.toml").write_text(f'[[token]]\nname = "reader"\nsha256 = "{digest}"\norganization = "acme"\n')
    with Collector(configuration(tmp_path / "data", token_file=tmp_path / "tokens.toml")) as running:
        seen = collector(running.config.data)
        assert (seen.state, seen.counters) == ("ready", None)
        assert seen.untold == "it asks for a token on /metrics, and the explorer has none"


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    config = CollectorConfig(data=tmp_path, lake=tmp_path / "lake")
    config.run.mkdir()
    (config.run / "collector.json").write_text("[")
    with pytest.raises(DamagedError, match=r"run/collector\.json cannot be read .* remove it"):
        collector(tmp_path)
