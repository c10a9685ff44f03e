"""What a build takes of the machine follows what it has to do."""

import pytest

from spanledger.published.build_limits import Limits


@pytest.mark.parametrize(
    ("allowed", "rows", "threads"),
    [(2, 0, 1), (2, 122_879, 1), (2, 122_880, 2), (2, 10_000_000, 2), (8, 400_000, 4), (1, 10_000_000, 1)],
)
def test_threads_are_no_more_than_find_work_and_never_more_than_allowed(allowed: int, rows: int, threads: int) -> None:
    limits = Limits(memory_bytes=7, threads=allowed, step_rows=9)
    assert limits.for_rows(rows) == Limits(memory_bytes=7, threads=threads, step_rows=9)
