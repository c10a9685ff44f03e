"""Every charge this installation ever knew: `records/charges/`, append-only Parquet that outlives builds.

A charge is never edited: what was entered stays, and a correction is a charge of its own that supersedes it. A file
holds the charges that became known at one moment. A row that says otherwise than what is recorded, or that is gone, is
refused by name.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import make_folder, write_atomically
from transforms.columns import MONEY
from transforms.pricing.charges import Charge, ChargeError

AMOUNT = pa.decimal128(38, 12)
SCHEMA = pa.schema(
    [
        ("charge_id", pa.string()),
        ("category", pa.string()),
        ("provider", pa.string()),
        ("description", pa.string()),
        ("amount", AMOUNT),
        ("currency", pa.string()),
        ("amount_usd", MONEY),
        ("list_amount_usd", MONEY),
        ("period_from", pa.date32()),
        ("period_to", pa.date32()),
        ("source", pa.string()),
        ("billed_on", pa.date32()),
        ("fx_source", pa.string()),
        ("invoice_id", pa.string()),
        ("quantity", AMOUNT),
        ("unit", pa.string()),
        ("organization", pa.string()),
        ("team", pa.string()),
        ("project", pa.string()),
        ("cost_center", pa.string()),
        ("environment", pa.string()),
        ("covers", pa.string()),
        ("supersedes", pa.string()),
        ("stated", pa.string()),
        ("known_at", pa.timestamp("us", tz="UTC")),
    ]
)
"""A charge as it was entered, and when that became known here."""


class ChargeHistory:
    """The charges known over time of one data directory."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "records" / "charges"

    def check(self, charges: Sequence[Charge]) -> None:
        """Raises ChargeError for a charge that was edited or taken away since it was recorded."""
        now = {charge.charge_id: charge for charge in charges}
        for row in self._read().select(["charge_id", "stated"]).to_pylist():
            charge = now.get(row["charge_id"])
            if charge is None:
                raise ChargeError(
                    f"charge {row['charge_id']} is recorded and not in the charges file any more; put the row back (is "
                    "SPANLEDGER_CHARGES_FILE set?), and cancel it with a row of amount 0 that supersedes it"
                )
            if charge.stated != row["stated"]:
                raise ChargeError(
                    f"{charge.where}: charge {charge.charge_id} says otherwise than when it was recorded; put its row "
                    f"back and add one that supersedes it. Recorded: {row['stated']}"
                )

    def learn(self, charges: Sequence[Charge], now: datetime) -> pa.Table:
        """Record charges that are new; returns every charge ever known, in today's dollars, with `SCHEMA`.

        Raises ChargeError as `check` does.
        """
        self.check(charges)
        since = dict(zip(*(self._read()[name].to_pylist() for name in ("charge_id", "known_at")), strict=True))
        fresh = [charge for charge in charges if charge.charge_id not in since]
        if fresh:
            make_folder(self._folder)
            buffer = pa.BufferOutputStream()
            pq.write_table(_table(fresh, {}, now), buffer)
            write_atomically(self._folder / f"{now:%Y%m%dT%H%M%S%fZ}.parquet", buffer.getvalue().to_pybytes())
        return _table(charges, since, now)

    def _read(self) -> pa.Table:
        files = [pq.read_table(path) for path in sorted(self._folder.glob("[!.]*.parquet"))]
        return pa.concat_tables([SCHEMA.empty_table(), *files], promote_options="default")


def _table(charges: Sequence[Charge], since: dict[str, datetime], now: datetime) -> pa.Table:
    at = now.astimezone(UTC)
    rows = [vars(charge) | {"known_at": since.get(charge.charge_id, at)} for charge in charges]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
