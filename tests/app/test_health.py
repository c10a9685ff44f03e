"""Settings and health: each figure is its source's, states are told apart, nothing secret is drawn."""

import json
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app import figures
from app.pages import PAGES
from collector.files import write_json
from spanledger.building.build import Outcome
from spanledger.building.build_figures import Figures
from spanledger.doctor.findings import fault, note, ok
from spanledger.installation import build_log, settings_file, sizes
from spanledger.installation.doctor_file import FIRST_S, Visits
from spanledger.settings import Settings, load_settings
from tests.app.drawing import page, text
from tests.collector.otlp import request, span
from tests.collector.running import Collector, configuration, wait_until

SECRET = "planted-and-never-to-be-seen"


@pytest.fixture
def installation(data: Path, tmp_path: Path) -> Path:
    """A copy of the sample's data directory, to work on."""
    copy = tmp_path / "data"
    shutil.copytree(data, copy)
    (copy / "run").mkdir()
    return copy


def test_every_figure_is_its_source_s(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Collector(configuration(installation)) as running:
        running.send(request(span(), span(), span()).SerializeToString())
        running.send(request(span(), span(trace_id=b"")).SerializeToString())
        running.send(b"not protobuf")
        _written(installation, running)
        wait_until(lambda: _landed(installation) == 4, "the spans to land")
        shown = text(page("health", installation, monkeypatch, findings="all", settings="all"))
        assert "The collector is ready; nothing waits" in shown
        assert f"{running.grpc_address} (gRPC) and {running.http_url.removeprefix('http://')} (HTTP)" in shown
        assert f"process {running.process.pid}" in shown
        for fate in (
            r"received In requests that could be read. 5 3",
            r"acknowledged On disk before the sender was told so. 4 2",
            r"refused: unfit lack what a span must have: ids, a name, times 1",
            r"in the lake In the lake, where builds read them. 4 2",
        ):
            assert fate in _squeezed(shown)
        assert "Nothing that was acknowledged is lost" in shown
        assert "b2, carried on from the build before 2.4 s 44 30 9 2 7" in _squeezed(shown)
        assert "Did not come about: the disk is full" in shown
        assert "took 2.4 s" in shown
        assert "The doctor finds 1 fault: log" in shown
        assert "fault · log is long make room note · prices are old ok · lake is whole" in _squeezed(shown)
        lake = sum(path.stat().st_size for path in (installation / "lake").rglob("*") if path.is_file())
        grown = (lake - 1000) / 2
        assert f"lake/ all spans, Parquet by hour of arrival {figures.size(lake)} " in _squeezed(shown)
        assert f"{figures.size(lake)} {'+' if grown > 0 else ''}{figures.size(grown)}" in _squeezed(shown)
        for name, field in Settings.model_fields.items():
            assert f"{name} {field.description}" in _squeezed(shown)
        assert "keep_spans_days Days of arrival that raw spans stay in the lake; for ever when not set. " in shown
        assert "Raw spans are kept 30 days of arrival (keep_spans_days)" in shown


def _written(data: Path, running: Collector) -> None:
    """What builds, the doctor and `up` would have written."""
    outcome = Outcome("b2", is_full=False, new_segments=2, lake_rows=44, seconds=2.4, checks=7)
    build_log.note(data, "the disk is full", {})
    build_log.note(data, outcome, {"fct_calls": 30, "fct_tasks": 9})
    counted = Figures()
    counted.count(outcome, datetime.now(UTC).timestamp())
    write_json(data / "run" / "builds.json", vars(counted))
    today = datetime.now(UTC).date()
    sizes.measure(data, today - timedelta(days=2))
    path = data / "run" / "disk.json"
    said = json.loads(path.read_text())
    said[str(today - timedelta(days=2))]["lake"] = 1000
    path.write_text(json.dumps(said))
    settings = Settings(data=data, grpc_port=running.state["grpc_port"], keep_spans_days=30)
    settings_file.tell(settings, "up")
    _examined(settings, [ok("lake", "is whole"), fault("log", "is long", "make room"), note("prices", "are old")])


def _examined(settings: Settings, findings: list[Any]) -> None:
    now = [0.0]
    visits = Visits(settings, lambda _: findings, lambda: now[0])
    now[0] = FIRST_S
    visits.look()


def _landed(data: Path) -> int:
    path = data / "run" / "fates.json"
    return int(json.loads(path.read_text())["landed_items"]) if path.exists() else 0


def _squeezed(shown: str) -> str:
    return " ".join(shown.split())


def test_a_collector_that_stops_hangs_or_asks_for_a_token_is_said_to(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No collector has ever worked on this data directory" in text(page("health", installation, monkeypatch))
    tokens = installation / "tokens.toml"
    tokens.write_text(f'[[token]]\nname = "reader"\nsha256 = "{"0" * 64}"\norganization = "acme"\n')
    with Collector(configuration(installation, token_file=tokens)) as running:
        shown = text(page("health", installation, monkeypatch))
        assert "The collector is ready" in shown
        assert "Counters are not told: it asks for a token on /metrics, and the explorer has none." in shown
        running.process.send_signal(signal.SIGSTOP)
        shown = text(page("health", installation, monkeypatch))
        running.process.send_signal(signal.SIGCONT)
        assert "A collector works on this data directory and does not answer here" in shown
        assert running.http_url.removeprefix("http://") in shown
        running.stop()
    shown = text(page("health", installation, monkeypatch))
    assert "No collector runs on this data directory: nothing new arrives" in shown
    assert "spanledger up starts collector, builds and explorer; figures below are what was left here." in shown


def test_without_a_build_the_page_is_drawn_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = text(page("health", tmp_path, monkeypatch))
    assert "No collector has ever worked on this data directory" in shown
    assert "The doctor has not looked here yet" in shown
    assert "Which settings are in force is not known here" in shown
    broken = tmp_path / "builds"
    broken.mkdir()
    (broken / "CURRENT").write_text("gone\n")
    assert "No collector has ever worked on this data directory" in text(page("health", tmp_path, monkeypatch))


def test_a_damaged_file_is_named_in_its_place(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (installation / "run" / "doctor.json").write_text("{")
    drawn = page("health", installation, monkeypatch)
    assert any("run/doctor.json cannot be read" in one.value for one in drawn.error)
    assert "on the disk" in text(drawn)


def test_nothing_secret_is_drawn(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installation.parent)
    for name in ("login", "token"):
        (installation.parent / f"{name}.toml").write_text(f'[auth]\nclient_secret = "{SECRET}"\n')
    (installation.parent / "alerts.yml").write_text(f"channels:\n  chat:\n    url: https://hooks.example/{SECRET}\n")
    monkeypatch.setenv("SPANLEDGER_APP_NAMES", f"https://me:{SECRET}@proxy.example")
    monkeypatch.setenv("CHAT_WEBHOOK", SECRET)
    settings = load_settings(
        data=installation,
        login_file=Path("login.toml"),
        token_file=Path("token.toml"),
        alerts_file=Path("alerts.yml"),
    )
    settings_file.tell(settings, "up")
    _examined(settings, [fault("channel", f"https://user:{SECRET}@chat.example refused", f"ask //x:{SECRET}@y")])
    drawn = page("health", installation, monkeypatch, findings="all", settings="all")
    assert "https://…@proxy.example" in text(drawn)
    assert "token.toml" in text(drawn)
    assert SECRET not in str(drawn.main)
    assert SECRET not in "".join(path.read_text() for path in (installation / "run").rglob("*.json"))


def test_several_commands_are_told_apart(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_file.tell(Settings(data=installation, max_events=5), "collect")
    settings_file.tell(Settings(data=installation, max_events=6), "app")
    shown = text(page("health", installation, monkeypatch, of="collect", settings="all"))
    assert "max_events Most events of a span, and most links. 5 default" in _squeezed(shown)


def test_only_who_sees_everything_sees_the_page() -> None:
    [entry] = [entry for group in PAGES.values() for entry in group if entry.url == "health"]
    assert entry.is_of_whole
