"""The page before the first call: the addresses that really are, and what it says of each state on the way."""

import json
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from app.snippets import NAMES, Doors, snippets
from app.views import first_run
from tests.app.drawing import page, text
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A collector that answers; what it was sent has landed."""
    with Collector(configuration(tmp_path_factory.mktemp("first"))) as collector:
        yield collector


def wrote(data: Path, name: str, **said: object) -> None:
    (data / "run").mkdir(exist_ok=True)
    (data / "run" / name).write_text(json.dumps(said))


def shown(data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The tabs' text."""
    return "\n".join(node.value for node in page("", data, monkeypatch).markdown)


def test_nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = page("", tmp_path, monkeypatch)
    assert "Nobody listens yet" in text(drawn)
    assert "spanledger up starts" in text(drawn)
    assert [tab.label for tab in drawn.tabs] == [one.title for one in snippets(Doors())]
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318" in shown(tmp_path, monkeypatch)


def test_from_waiting_to_received(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a collector that really runs: its ports in every tab, then the span that was sent."""
    data = collector.config.data
    assert "Waiting for the first span" in text(page("", data, monkeypatch))
    said = shown(data, monkeypatch)
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT={collector.http_url}" in said
    assert f"http://{collector.grpc_address}" in said
    assert ":4318" not in said.replace(collector.http_url, "")
    assert "YOUR_TOKEN" not in said
    collector.send(request(span("first")).SerializeToString())
    assert first_run.standing(data, 0)[0] == "1 span received, the next build in a moment"
    wait_until(lambda: not collector.waiting(), "the span to land")
    assert "1 span received, the next build in a moment" in text(page("", data, monkeypatch))
    wrote(data, "builder.json", looked_at_ns=1, error="prices.csv:2: unit price is 'cheap'", pid=1)
    said = text(page("", data, monkeypatch))
    assert "1 span received, and the build failed prices.csv:2" in " ".join(said.split())
    assert "no model call among them" in first_run.standing(data, 1)[0]


@pytest.mark.parametrize(
    ("listens", "doors"),
    [
        ({}, Doors("http://127.0.0.1:9", "http://127.0.0.1:8")),
        ({"host": "0.0.0.0", "tls": True}, Doors("https://costs.example:9", "https://costs.example:8")),
        ({"host": "::1", "tokens": True}, Doors("http://[::1]:9", "http://[::1]:8", asks_token=True)),
    ],
)
def test_the_doors_are_those_of_the_installation(tmp_path: Path, listens: dict[str, object], doors: Doors) -> None:
    wrote(tmp_path, "collector.json", **{"host": "127.0.0.1", "http_port": 9, "grpc_port": 8, "pid": 1, **listens})
    assert first_run.doors(tmp_path, "https://costs.example:8501/waste") == doors


def test_a_token_is_asked_for_where_there_are_tokens() -> None:
    with_token, without = snippets(Doors(asks_token=True)), snippets(Doors())
    assert all("YOUR_TOKEN" in one.text for one in with_token)
    assert all("YOUR_TOKEN" not in one.text and "x-api-key" not in one.text for one in without)
    assert [one.name for one in without] == list(NAMES)


def test_spans_without_a_call(tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sample.publish(tmp_path, days=2)
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM fct_calls")
        sample.sum_quarters(con)
        spans = con.execute("SELECT lake_rows FROM build_info").fetchall()[0][0]
    wrote(tmp_path, "fates.json", rows=spans)
    assert f"{spans:,} spans arrived, no model call among them" in text(page("", tmp_path, monkeypatch))
    wrote(tmp_path, "fates.json", rows=spans + 2)
    assert "2 spans received, and nobody builds" in text(page("", tmp_path, monkeypatch))


def test_who_waited_is_led_to_the_first_trace(
    tmp_path: Path, sample: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = page("", tmp_path, monkeypatch)
    path = sample.publish(tmp_path, days=2)
    drawn = waiting.run()
    with duckdb.connect(str(path), read_only=True) as con:
        [first] = con.execute("SELECT trace_id FROM fct_calls ORDER BY started_at, trace_id LIMIT 1").fetchall()
    bodies = " ".join(node.proto.body for node in drawn.main if node.type == "html")
    assert f"trace={first[0]}" in bodies
    assert "Your first trace" in text(drawn)
    assert "Your first trace" not in text(page("", tmp_path, monkeypatch)), "who did not wait is not told"
