"""Reads a lake again and again, as anybody may, until its standard input says something. Run in a process of its own as
`python -m tests.end_to_end.raw_reader LAKE GRACE_S HOW`. HOW is `arrow` or `duckdb`.

Ends with a message when a row is there twice, when one that was there is not there any more, or when a file goes away
within the grace of having been listed. Prints how often it read.
"""

import select
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.store.lake import active_files


def by_arrow(paths: list[str]) -> list[bytes]:
    tables = [pq.ParquetFile(path).read(columns=["span_id"]) for path in paths]
    found: list[bytes] = pa.concat_tables(tables)["span_id"].to_pylist() if tables else []
    return found


def by_duckdb(paths: list[str]) -> list[bytes]:
    if not paths:
        return []
    with duckdb.connect() as connection:
        return [one for (one,) in connection.execute("select span_id from read_parquet(?)", [paths]).fetchall()]


def main(lake: Path, grace_s: float, how: str) -> int:
    read, seen, reads = {"arrow": by_arrow, "duckdb": by_duckdb}[how], set[bytes](), 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        listed_at = time.monotonic()
        files = active_files(lake)
        try:
            ids = read([str(file.path) for file in files])
        except (OSError, duckdb.IOException) as error:
            if time.monotonic() - listed_at < grace_s:
                sys.exit(f"a file was gone {time.monotonic() - listed_at:.1f} s after it was listed: {error}")
            continue  # slower than the grace allows: the machine is busy
        if len(ids) != len(set(ids)) or len(ids) != sum(file.rows for file in files):
            sys.exit(f"{len(ids)} rows, {len(set(ids))} spans, files say {sum(file.rows for file in files)}")
        if lost := seen - set(ids):
            sys.exit(f"{len(lost)} rows that were there are gone")
        seen, reads = set(ids), reads + 1
    sys.stdout.write(f"{reads}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))
