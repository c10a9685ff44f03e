"""Outcome files opened for the models: each revision once, whatever files and order it came in."""

import datetime
import itertools
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from collector.store import outcome_files
from collector.store.lake_file import LakeError
from collector.store.outcome_files import OutcomeCompaction
from spanledger.outcomes.outcome_history import files, open_outcomes
from transforms.outcomes import SCHEMA, read_revision, table

NOW = datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def said(task: str, outcome: str, recorded_at: datetime.datetime = NOW, **more: Any) -> Any:
    """One row of `SCHEMA`."""
    record = {"task_id": task, "outcome": outcome, **more}
    return table([read_revision(record, arrived_at=recorded_at, source="api")], recorded_at, None)


def write(data: Path, part: str, rows: Any) -> Path:
    return outcome_files.write(outcome_files.folder_of(data), part, rows)


def opened(data: Path) -> Sequence[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("create schema meta")
        open_outcomes(connection, files(data), "meta.outcomes")
        described = connection.execute("describe meta.outcomes").fetchall()
        assert [name for name, *_ in described] == SCHEMA.names
        query = "select organization, task_id, outcome, revision_id from meta.outcomes order by all"
        return connection.execute(query).fetchall()


def test_without_files_the_view_is_there_and_empty(tmp_path: Path) -> None:
    assert opened(tmp_path) == []


def test_the_same_revision_counts_once_and_the_first_recorded_wins(tmp_path: Path) -> None:
    later = said("a", "failure", NOW + HOUR, revision_id="r")
    first = said("a", "success", NOW, revision_id="r")
    write(tmp_path, "1", later)
    write(tmp_path, "2", first)
    assert opened(tmp_path) == [("", "a", "success", "r")]


def test_of_two_recorded_at_once_neither_file_names_nor_order_decide(tmp_path: Path) -> None:
    rows = [said(task, outcome, revision_id="r") for task, outcome in (("a", "success"), ("b", "failure"))]
    seen = set()
    for number, order in enumerate(itertools.permutations(rows)):
        for part, one in zip("12", order, strict=True):
            write(tmp_path / str(number), part, one)
        seen.add(tuple(opened(tmp_path / str(number))))
    assert seen == {(("", "a", "success", "r"),)}


def test_organizations_have_revisions_of_their_own_and_none_said_is_empty(tmp_path: Path) -> None:
    for part, organization in enumerate((None, "acme", "beta")):
        write(tmp_path, str(part), said("a", "success", revision_id="r", organization=organization))
    assert [row[0] for row in opened(tmp_path)] == ["", "acme", "beta"]


def test_a_folder_with_a_quote_in_its_name_is_read(tmp_path: Path) -> None:
    write(tmp_path / "it's élan", "1", said("a", "success"))
    assert len(opened(tmp_path / "it's élan")) == 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "1", said("a", "success"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LakeError, match=r"1\.parquet cannot be read"):
        files(tmp_path)


def test_many_small_files_become_one_with_the_same_rows_and_parts(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{number:03}", said(f"task {number}", "success")) for number in range(20)]
    before, parts = opened(tmp_path), {part for file in files(tmp_path) for part in file.segments}
    folder = outcome_files.folder_of(tmp_path)
    compaction = OutcomeCompaction(folder, grace_s=3600)
    now = datetime.datetime.now(datetime.UTC)
    assert compaction.run(now) == 0, "the files are of this hour"
    for path in paths:
        os.utime(path, (time.time() - 7200,) * 2)
    assert compaction.run(now) == 20
    (file,) = files(tmp_path)
    assert (set(file.segments), file.rows) == (parts, 20)
    assert opened(tmp_path) == before
    assert outcome_files.is_there(folder, "007")
    assert compaction.run(now) == 0
    assert all(path.exists() for path in paths), "readers may still hold their names"
    assert OutcomeCompaction(folder, grace_s=-1).run(now) == 0
    assert list(folder.glob("*.parquet")) == [file.path]
    assert opened(tmp_path) == before
