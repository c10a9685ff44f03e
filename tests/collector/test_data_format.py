"""The version of the data directory, and the guard that makes it rise."""

import hashlib
from pathlib import Path

import pytest

from collector.data_format import FORMAT, NAME, claim, found_in
from collector.wal.segments import MAGIC
from transforms import outcomes
from transforms.columns import SCHEMA

WRITTEN = dict.fromkeys((1, 2), "f4f14b28e6cc27a6")
"""Format -> digest of what is written for good: the lake's columns, those of outcomes, the log's format."""


def test_what_is_written_changes_only_with_the_format() -> None:
    said = f"{SCHEMA.to_string()}\n{outcomes.SCHEMA.to_string()}\n{MAGIC!r}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    assert WRITTEN.get(FORMAT) == digest, (
        f"columns or the log's format changed (digest {digest}): an older version would lose or misread them. Raise "
        "FORMAT in collector/data_format.py, add the digest here, and say in CHANGELOG.md that going back is refused"
    )


def test_the_mark_is_made_and_kept(tmp_path: Path) -> None:
    assert found_in(tmp_path) == 1
    claim(tmp_path)
    first = (tmp_path / NAME).stat().st_mtime_ns
    claim(tmp_path)
    assert (tmp_path / NAME).stat().st_mtime_ns == first
    assert found_in(tmp_path) == FORMAT


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "two"}', '{"format": 0}'])
def test_a_damaged_mark_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(ValueError, match=NAME):
        claim(tmp_path)
