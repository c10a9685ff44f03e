"""Every rate this installation ever knew: `records/prices/`, append-only Parquet that outlives builds.

A rate has two clocks: when it is valid, and when it was known here. A file holds one change: rates that appeared and
rates that were withdrawn at that moment. From all of them follows what was known when, so that any period can be priced
as of any day.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.files import make_folder, write_atomically
from transforms.pricing import prices
from transforms.pricing.prices import Rate

INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = prices.SCHEMA.append(pa.field("known_at", INSTANT)).append(pa.field("withdrawn_at", INSTANT))
"""A rate row and the interval in which it was known; `withdrawn_at` is null while it is."""


class PriceHistory:
    """The rates known over time of one data directory."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "records" / "prices"

    def learn(self, rates: Sequence[Rate], now: datetime) -> pa.Table:
        """Record what ``rates`` changes; returns every row ever known, with `SCHEMA`."""
        known = self._read()
        current = known.filter(pc.is_null(known["withdrawn_at"]))
        today, before = {rate.version for rate in rates}, set(current["version"].to_pylist())
        if today == before:
            return known
        appeared = prices.table(rate for rate in rates if rate.version not in before)
        gone = current.filter(pc.invert(pc.is_in(current["version"], pa.array(today, pa.string()))))
        self._append(_event(appeared, gone.select(prices.SCHEMA.names), now), now)
        return self._read()

    def _append(self, event: pa.Table, now: datetime) -> None:
        make_folder(self._folder)
        path = self._folder / f"{now:%Y%m%dT%H%M%S%fZ}.parquet"
        buffer = pa.BufferOutputStream()
        pq.write_table(event, buffer)
        write_atomically(path, buffer.getvalue().to_pybytes())

    def _read(self) -> pa.Table:
        """Rows in the order they became known; each ends where a later file withdraws it."""
        appeared = [SCHEMA.empty_table().drop_columns(["withdrawn_at"])]
        withdrawn: list[datetime | None] = []
        known: defaultdict[str, list[int]] = defaultdict(list)  # version -> its rows, while it is known
        for path in sorted(self._folder.glob("[!.]*.parquet")):
            event = pq.read_table(path)
            at = event["at"][0].as_py()
            for version in event.filter(pc.invert(event["is_known"]))["version"].to_pylist():
                for row in known.pop(version, []):
                    withdrawn[row] = at
            new = event.filter(event["is_known"])
            for version in new["version"].to_pylist():
                known[version].append(len(withdrawn))
                withdrawn.append(None)
            appeared.append(new.drop_columns(["is_known"]).rename_columns({"at": "known_at"}))
        rows = pa.concat_tables(appeared, promote_options="default")
        return rows.append_column("withdrawn_at", pa.array(withdrawn, INSTANT)).select(SCHEMA.names)


def _event(appeared: pa.Table, gone: pa.Table, now: datetime) -> pa.Table:
    tables = [
        table.append_column("is_known", pa.repeat(pa.scalar(is_known), len(table)))
        for table, is_known in ((appeared, True), (gone, False))
    ]
    both = pa.concat_tables(tables)
    return both.append_column("at", pa.repeat(pa.scalar(now.astimezone(UTC), INSTANT), len(both)))
