"""What one question of a page may take: time, and memory of all questions together."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

TIMEOUT, MEMORY = "SPANLEDGER_PAGE_TIMEOUT_S", "SPANLEDGER_PAGE_MEMORY_BYTES"
_AGAIN_S = 0.05


def timeout_s() -> float:
    """Seconds that one question may take."""
    return float(os.environ.get(TIMEOUT, "30"))


def memory_bytes() -> int:
    """Bytes that the warehouse may hold in memory for this process."""
    return int(os.environ.get(MEMORY, str(2 * 1024**3)))


@contextmanager
def timed(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupts what ``cursor`` does once ``seconds`` are over: duckdb.InterruptException within."""
    is_done = threading.Event()

    def watch() -> None:
        if not is_done.wait(seconds):
            cursor.interrupt()
            while not is_done.wait(_AGAIN_S):  # one may fall between executing and fetching
                cursor.interrupt()

    watching = threading.Thread(target=watch, name="question", daemon=True)
    watching.start()
    try:
        yield
    finally:
        is_done.set()
        watching.join()
