"""What the explorer reads of settings, builds, sizes and the doctor is what was written."""

import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest

from app.installation import disk, kept
from spanledger.building.build import Outcome
from spanledger.doctor.findings import Finding, fault, ok
from spanledger.installation import build_log, settings_file, sizes
from spanledger.installation.doctor_file import AFTER_FAULTS_S, FIRST_S, LEAST_S, SHARE, Visits
from spanledger.settings import Settings, load_settings


def run_of(data: Path) -> Path:
    (data / "run").mkdir(parents=True, exist_ok=True)
    return data / "run"


def test_each_setting_says_its_source_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    secret = "planted-secret-of-a-file"
    (tmp_path / "login.toml").write_text(f'[auth]\nclient_secret = "{secret}"\n')
    (tmp_path / "spanledger.toml").write_text('login_file = "login.toml"\nbuild_interval_s = 5\n')
    monkeypatch.setenv("SPANLEDGER_MAX_EVENTS", "7")
    monkeypatch.setenv("SPANLEDGER_APP_NAMES", "https://me:planted-secret@proxy.example")
    settings = load_settings(data=tmp_path / "data")
    settings_file.tell(settings.replaced({"prices_file": tmp_path / "p.csv"}, "spanledger demo"), "demo")
    [told] = kept.settings(tmp_path / "data")
    assert told.command == "demo"
    said = {one.name: one for one in told.settings}
    assert set(said) == set(Settings.model_fields)
    assert (said["data"].value, said["data"].source) == (str(tmp_path / "data"), "the command line")
    assert (said["max_events"].value, said["max_events"].source) == ("7", "the environment")
    assert (said["build_interval_s"].value, said["build_interval_s"].source) == ("5 s", "spanledger.toml")
    assert said["prices_file"].source == "spanledger demo"
    assert (said["token_file"].value, said["token_file"].source) == ("not set", "default")
    assert (said["grpc_port"].value, said["store_content"].value) == ("4317", "no")
    assert said["log_max_bytes"].value == "4,294,967,296 bytes"
    assert said["app_names"].value == "https://…@proxy.example"
    assert said["data"].meaning == Settings.model_fields["data"].description
    assert "planted-secret" not in (tmp_path / "data" / "run" / "settings" / "demo.json").read_text()


@pytest.mark.parametrize("name", ["webhook_secret", "app_password", "api_token", "hash_key"])
def test_a_setting_that_is_a_secret_is_only_said_to_be_set(name: str) -> None:
    assert settings_file.spelled(name, "planted") == settings_file.HIDDEN
    assert settings_file.spelled(name, None) == settings_file.NOT_SET


def test_the_last_builds_are_listed_failures_too(tmp_path: Path) -> None:
    run_of(tmp_path)
    done = Outcome("b1", is_full=True, new_segments=2, lake_rows=40, seconds=1.5, checks=9)
    build_log.note(tmp_path, done, {"fct_calls": 30})
    build_log.note(tmp_path, dataclasses.replace(done, build_id=None), {})  # nothing new
    for _ in range(3):
        build_log.note(tmp_path, "the disk is full", {"fct_calls": 30})
    build_log.note(tmp_path, "another reason", {})
    latest, failed, first = kept.builds(tmp_path)
    assert (latest.error, latest.times) == ("another reason", 1)
    assert (failed.error, failed.times, failed.rows, failed.checks) == ("the disk is full", 3, {}, None)
    assert (first.build_id, first.is_full, first.seconds, first.lake_rows) == ("b1", True, 1.5, 40)
    assert (first.new_segments, first.checks, first.rows, first.error) == (2, 9, {"fct_calls": 30}, None)
    for number in range(build_log.KEPT + 5):
        build_log.note(tmp_path, dataclasses.replace(done, build_id=f"c{number}"), {})
    assert [one.build_id for one in kept.builds(tmp_path)][:2] == ["c64", "c63"]
    assert len(kept.builds(tmp_path)) == build_log.KEPT


def test_growth_is_told_a_day_over_the_last_week(tmp_path: Path) -> None:
    run_of(tmp_path)
    lake = tmp_path / "lake" / "hour"
    lake.mkdir(parents=True)

    def holds(size: int) -> None:
        (lake / "a.parquet").write_bytes(b"x" * size)

    holds(100)
    sizes.measure(tmp_path, date(2026, 11, 1))
    holds(1000)
    [folder] = (one for one in disk.folders(tmp_path, date(2026, 11, 1)) if one.name == "lake")
    assert (folder.bytes, folder.grown_a_day) == (1000, None)  # measured on one day only
    sizes.measure(tmp_path, date(2026, 11, 20))
    holds(1200)
    sizes.measure(tmp_path, date(2026, 11, 20))  # once a day
    holds(1300)
    [folder] = (one for one in disk.folders(tmp_path, date(2026, 11, 23)) if one.name == "lake")
    assert (folder.bytes, folder.grown_a_day) == (1300, 100)  # (1300 − 1000) in 3 days; the first day is too long ago
    sizes.measure(tmp_path, date(2028, 1, 1))
    assert list(json.loads((tmp_path / "run" / "disk.json").read_text())) == ["2028-01-01"]


def test_the_doctor_is_asked_again_when_it_is_time(tmp_path: Path) -> None:
    run_of(tmp_path)
    now, found = [0.0], [ok("lake", "1 file"), fault("log", "at //me:planted@host", "mend it")]

    def ask(_: Settings) -> list[Finding]:
        now[0] += 2.0
        return found

    visits = Visits(Settings(data=tmp_path), ask, lambda: now[0])

    def look_at(seconds: float) -> bool:
        (tmp_path / "run" / "doctor.json").unlink(missing_ok=True)
        now[0] = seconds
        visits.look()
        return kept.examined(tmp_path) is not None

    assert not look_at(FIRST_S - 1)  # what starts beside it may not be there yet
    assert look_at(FIRST_S)
    examined = kept.examined(tmp_path)
    assert examined is not None
    assert examined.seconds == 2.0
    assert [(one.state, one.subject, one.cure) for one in examined.findings] == [
        ("ok", "lake", None), ("fault", "log", "mend it"),
    ]  # fmt: skip
    assert examined.findings[1].detail == "at //…@host"
    told = FIRST_S + 2
    assert SHARE * 2.0 > AFTER_FAULTS_S
    assert not look_at(told + SHARE * 2.0 - 1)  # it takes two seconds: not every minute
    found.pop()
    assert look_at(told + SHARE * 2.0)
    assert not look_at(told + 2 * SHARE * 2.0 + 2 + LEAST_S - 2 * SHARE * 2.0 - 1)


def test_a_doctor_that_cannot_look_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def ask(_: Settings) -> list[Finding]:
        raise OSError("no such disk")

    now = [0.0]
    visits = Visits(Settings(data=tmp_path), ask, lambda: now[0])
    now[0] = FIRST_S
    visits.look()
    assert "no such disk" in caplog.text
    assert kept.examined(tmp_path) is None
