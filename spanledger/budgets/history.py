"""What budgets and overrides said when: `records/budgets/`, `records/budget_overrides/`, append-only Parquet.

A file holds one change: rows that appeared and rows that were withdrawn at that moment. So a past month is judged by
the limit that was known then, whatever the budget file says today.
"""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.files import make_folder, write_atomically

INSTANT = pa.timestamp("us", tz="UTC")


class KnownRows:
    """Rows of one schema, told apart by `version`, that were known for a time."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder, self._schema = folder, schema

    def learn(self, rows: pa.Table, now: datetime) -> pa.Table:
        """Record what ``rows`` changes; returns every row ever known, with `known_at` and `withdrawn_at`."""
        known = self._read()
        current = known.filter(pc.is_null(known["withdrawn_at"]))
        gone = current.filter(pc.invert(pc.is_in(current["version"], rows["version"].combine_chunks())))
        appeared = rows.filter(pc.invert(pc.is_in(rows["version"], current["version"].combine_chunks())))
        if not len(gone) and not len(appeared):
            return known
        self._append(appeared, gone.select(self._schema.names), now)
        return self._read()

    def _append(self, appeared: pa.Table, gone: pa.Table, now: datetime) -> None:
        tables = [
            table.append_column("is_known", pa.repeat(pa.scalar(is_known), len(table)))
            for table, is_known in ((gone, False), (appeared, True))
        ]
        both = pa.concat_tables(tables)
        at = pa.repeat(pa.scalar(now.astimezone(UTC), INSTANT), len(both))
        make_folder(self._folder)
        buffer = pa.BufferOutputStream()
        pq.write_table(both.append_column("at", at), buffer)
        # numbered: their order must not hang on a clock that stands still or is put back
        path = self._folder / f"{len(self._files()):08d}-{now:%Y%m%dT%H%M%SZ}.parquet"
        write_atomically(path, buffer.getvalue().to_pybytes())

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("[!.]*.parquet"))

    def _read(self) -> pa.Table:
        """Rows in the order they became known; each ends where a later file withdraws it."""
        appeared = [self._schema.empty_table().append_column("known_at", pa.array([], INSTANT))]
        withdrawn: list[datetime | None] = []
        known: dict[str, int] = {}  # version -> its row, while it is known
        for path in self._files():
            event = pq.ParquetFile(path).read()
            for row in event.select(["version", "at", "is_known"]).to_pylist():
                if row["is_known"]:
                    known[row["version"]] = len(withdrawn)
                    withdrawn.append(None)
                else:
                    withdrawn[known.pop(row["version"])] = row["at"]
            new = event.filter(event["is_known"]).drop_columns(["is_known"])
            appeared.append(new.rename_columns(["known_at" if name == "at" else name for name in new.column_names]))
        rows = pa.concat_tables(appeared, promote_options="default")
        return rows.append_column("withdrawn_at", pa.array(withdrawn, INSTANT))
