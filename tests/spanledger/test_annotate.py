"""Acknowledging an anomaly: kept in the records, read by the build, refused for one that is not there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from click.testing import CliRunner

from spanledger import anomaly_notes
from spanledger.anomaly_notes import Note
from spanledger.cli import main
from spanledger.results.anomaly_rows import SCHEMA

AT = datetime(2026, 11, 10, 3, tzinfo=UTC)


def published(data: Path, anomaly_id: str) -> None:
    """A build that knows one anomaly."""
    build = data / "builds" / "20261110T030000000000Z-aaaa"
    build.mkdir(parents=True)
    with duckdb.connect(str(build / "warehouse.duckdb")) as connection:
        rows = SCHEMA.empty_table()
        connection.register("rows", rows)
        connection.execute("create table rpt_anomalies as from rows")
        connection.execute("insert into rpt_anomalies (anomaly_id) values (?)", [anomaly_id])
    (data / "builds" / "CURRENT").write_text(build.name + "\n")


def test_the_latest_note_of_an_anomaly_counts(tmp_path: Path) -> None:
    notes = [Note("abc", AT, "ann", "looking"), Note("abc", AT + timedelta(minutes=5), "ann", "a load test")]
    for note in (*notes, Note("other", AT, "bob", "mine")):
        anomaly_notes.write(tmp_path, note)
    read = anomaly_notes.read(tmp_path)
    assert len(read) == 3
    assert anomaly_notes.latest(read, "abc", "acme") == notes[1]
    assert anomaly_notes.latest(read, "none", "acme") is None
    assert anomaly_notes.read(tmp_path / "elsewhere") == []


def test_a_token_of_one_organization_says_nothing_of_another_s_anomaly() -> None:
    notes = [Note("abc", AT, "ann", "ours", "acme"), Note("abc", AT, "eve", "nothing to see", "umbrella")]
    assert anomaly_notes.latest(notes, "abc", "acme") == notes[0]


def test_the_command_keeps_the_note_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    published(tmp_path, "abc")
    call = ["annotate", "--data", str(tmp_path), "--note", "a load test", "--by", "ann"]
    done = CliRunner().invoke(main, [*call, "abc"])
    assert done.exit_code == 0, done.output
    assert "abc is acknowledged by ann; the next build says so" in done.output
    assert [one.note for one in anomaly_notes.read(tmp_path)] == ["a load test"]
    refused = CliRunner().invoke(main, [*call, "xyz"])
    assert refused.exit_code == 1
    assert "the published build has no anomaly xyz" in refused.stderr
