"""Compaction while building and reading: no reader fails, no row is lost or there twice."""

from pathlib import Path

import pytest

from tests.end_to_end.clocks import needs_wrong_clocks
from tests.end_to_end.merging import MERGED_FILES, READERS, run


@pytest.mark.timeout(900)  # builds, on a machine that may be busy
@needs_wrong_clocks
def test_hours_are_merged_under_builds_and_readers(tmp_path: Path) -> None:
    result = run(tmp_path, seconds=20)
    assert result.faults == ()
    assert result.wrong_in_the_build == 0
    assert all(result.reads)
    assert len(result.reads) == len(READERS)
    assert result.builds
    assert result.merged_files >= MERGED_FILES
    assert result.listed_files == 1, "what was merged goes"
