"""What doctor says of formats, file systems, retention and backups."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.data_format import NAME
from collector.files import write_json
from spanledger.doctor import examine, keeping
from spanledger.settings import load_settings
from tests.collector.otlp import request, span
from tests.lake import RECEIVED_AT_NS, land

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/x {0}/remote nfs4 rw 0 0
tmpfs {0}/passing tmpfs rw 0 0
"""


def test_a_later_format_is_a_fault_and_ends_the_examination(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"format": 99, "written_by": "9.1"}')
    found = list(examine({"data": tmp_path}))
    [said] = [finding for finding in found if finding.subject == "data format"]
    assert said.state == "fault"
    assert "version 9.1" in said.detail
    assert not any(finding.subject in ("lake", "log", "build") for finding in found)


@pytest.mark.parametrize(("folder", "state"), [("remote/data", "fault"), ("passing", "note"), ("local", None)])
def test_file_systems(folder: str, state: str | None, tmp_path: Path) -> None:
    (tmp_path / "mounts").write_text(MOUNTS.format(tmp_path))
    settings = load_settings(data=tmp_path / folder)
    found = {finding.state for finding in keeping.file_system(settings, tmp_path / "mounts")}
    assert found == ({state} if state else set())


def test_days_that_should_be_gone(tmp_path: Path) -> None:
    land([], tmp_path)
    assert [one.state for one in keeping.kept(load_settings(data=tmp_path, keep_spans_days=30))] == ["ok"]
    land([request(span()).SerializeToString()], tmp_path, received_at_ns=RECEIVED_AT_NS - 10**18)
    [late] = keeping.kept(load_settings(data=tmp_path, keep_spans_days=30))
    assert late.state == "fault"
    assert "1 days that arrived more than 30 days ago are still there: the published build lacks" in late.detail


def test_backups(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path)
    assert list(keeping.backup(settings)) == []
    (tmp_path / "hash.key").write_bytes(b"k" * 32)
    assert [one.state for one in keeping.backup(settings)] == ["note"]
    (tmp_path / "run").mkdir()
    for days, state in ((1, "ok"), (8, "note")):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        write_json(tmp_path / "run" / "backup.json", {"at": at, "folder": "/mnt/backup/x", "bytes": 7})
        [said] = keeping.backup(settings)
        assert said.state == state
        assert "/mnt/backup/x" in said.detail
