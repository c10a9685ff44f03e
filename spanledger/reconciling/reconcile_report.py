"""A reconciliation for people, programs and keeping: a summary that adds up, and a row per named difference."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import make_folder, write_atomically
from spanledger.formats import table
from spanledger.reconciling.reconcile import Outcome
from transforms.columns import MONEY
from transforms.invoices.lines import OTHER_CHARGES
from transforms.reconciliation.cells import PICO, Cell
from transforms.reconciliation.findings import OPEN, REASONS, Finding
from transforms.reconciliation.reconciling import Reconciliation

FOLDER = Path("records") / "reconciliations"
QUANTITY = pa.decimal128(38, 12)
INSTANT = pa.timestamp("us", tz="UTC")

ROWS = pa.schema(
    {
        "date": pa.date32(),
        "provider": pa.string(),
        "model": pa.string(),
        "project": pa.string(),
        "kind": pa.string(),
        "our_quantity": QUANTITY,
        "invoice_quantity": QUANTITY,
        "our_cost_usd": MONEY,
        "invoice_cost_usd": MONEY,
        "difference_usd": MONEY,
        "reason": pa.string(),
        "amount_usd": MONEY,
        "quantity": QUANTITY,
        "detail": pa.string(),
    }
)
"""One row per cell and reason. The first figures are the cell's and stand again in each of its rows; `amount_usd` is
the reason's part of the difference, and adds up to it."""

HEAD = pa.schema(
    {
        "made_at": INSTANT,
        "build_id": pa.string(),
        "file": pa.string(),
        "file_digest": pa.string(),
        "form": pa.string(),
        "first_date": pa.date32(),
        "last_date": pa.date32(),
        "day_boundary": pa.string(),
        "rounding_unit": QUANTITY,
        "tolerance_share": QUANTITY,
        "our_total_usd": MONEY,
        "invoice_total_usd": MONEY,
        "open_usd": MONEY,
        "is_within_tolerance": pa.bool_(),
    }
)
"""What a record says of the reconciliation as a whole, beside each of its rows."""


def is_within(result: Reconciliation, tolerance: Decimal) -> bool:
    """Whether what is open is within the tolerance, a share of the larger total."""
    return result.open_share <= tolerance


def rows(result: Reconciliation) -> pa.Table:
    """Every named difference, with `ROWS`."""
    return pa.Table.from_pylist([_row(one, result.cells.get(one.key)) for one in result.findings], schema=ROWS)


def _row(finding: Finding, cell: Cell | None) -> dict[str, Any]:
    cell = cell or Cell(finding.key)
    said = finding.amount if finding.key.kind in OTHER_CHARGES else cell.amount
    return {
        "date": finding.key.day,
        "provider": finding.key.provider or None,
        "model": finding.key.model or None,
        "project": finding.key.project or None,
        "kind": finding.key.kind or None,
        "our_quantity": cell.our_quantity if cell.has_ours else None,
        "invoice_quantity": _rounded(cell.quantity),
        "our_cost_usd": cell.our_cost,
        "invoice_cost_usd": said,
        "difference_usd": (said or Decimal(0)) - cell.our_cost,
        "reason": finding.reason,
        "amount_usd": finding.amount,
        "quantity": _rounded(finding.quantity),
        "detail": finding.detail or None,
    }


def _rounded(quantity: Decimal | None) -> Decimal | None:
    """To the twelve digits that are kept: files may hold binary fractions of many more."""
    with localcontext(prec=60):
        return None if quantity is None else quantity.quantize(PICO)


def summary(outcome: Outcome, tolerance: Decimal) -> Iterator[str]:
    """What was compared and what came out, for reading; the unexplained first, then the sum."""
    result = outcome.result
    yield from _compared(result)
    yield ""
    amounts = result.amounts()
    lines: list[tuple[Decimal, str]] = [(amounts.pop("unexplained"), f"unexplained: {REASONS['unexplained']}")]
    lines.append((result.our_total, "our total, by UTC days"))
    lines += [(amount, f"{reason}: {REASONS[reason]}") for reason, amount in amounts.items()]
    lines.append((result.invoice_total, "invoice total: the sum of all lines above"))
    yield from table(("usd", ""), lines)
    yield ""
    word = "within" if is_within(result, tolerance) else "OUTSIDE"
    share = f"{_percent(result.open_share)} of the larger total"
    yield f"open: {result.open_amount:f} USD, {share}: {word} the tolerance of {_percent(tolerance)}"


def _compared(result: Reconciliation) -> Iterator[str]:
    invoice, grain = result.invoice, result.grain
    yield f"{invoice.name}: {invoice.form}, {len(invoice.lines)} lines, {invoice.first} to {invoice.last}"
    by = [
        name
        for name, has in (("model", grain.has_model), ("project", grain.has_project), ("kind", grain.has_kind))
        if has
    ]
    yield f"compared by {', '.join(['day', *by])}; the invoice's days begin at midnight of {result.boundary.name}"
    if invoice.states_money:
        yield f"lines are rounded to {result.unit:f} {', '.join(sorted(invoice.currencies))}"
    else:
        yield "the file states usage and no money: both sides are valued at our prices"
    count, amount = invoice.left_out
    if count:
        yield f"left out: {count} lines of other services, {amount:f} together"
    yield from invoice.notes


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal('0.001')).normalize():f} %"


def keep(outcome: Outcome, tolerance: Decimal, data: Path, now: datetime) -> Path:
    """Write the result under `records/reconciliations/`; one file each, never changed. Returns its path.

    A reconciliation without any difference is one row whose reason is null.
    """
    result = outcome.result
    found = rows(result)
    if not len(found):
        found = pa.Table.from_pylist([{}], schema=ROWS)
    head = {
        "made_at": now.astimezone(UTC),
        "build_id": outcome.build_id,
        "file": result.invoice.name,
        "file_digest": outcome.digest,
        "form": result.invoice.form,
        "first_date": result.invoice.first,
        "last_date": result.invoice.last,
        "day_boundary": result.boundary.name,
        "rounding_unit": result.unit,
        "tolerance_share": tolerance,
        "our_total_usd": result.our_total,
        "invoice_total_usd": result.invoice_total,
        "open_usd": result.open_amount,
        "is_within_tolerance": is_within(result, tolerance),
    }
    for place, column in enumerate(HEAD):
        found = found.add_column(place, column, pa.repeat(pa.scalar(head[column.name], column.type), len(found)))
    folder = data / FOLDER
    make_folder(folder)
    path = folder / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}.parquet"
    buffer = pa.BufferOutputStream()
    pq.write_table(found, buffer, compression="zstd")
    write_atomically(path, buffer.getvalue().to_pybytes())
    return path


def relation(result: Reconciliation) -> duckdb.DuckDBPyRelation:
    """The rows for `formats.write`: what is open first, then the largest."""
    found = rows(result)
    is_open = pa.array([one.reason in OPEN for one in result.findings], pa.bool_())
    ordered = duckdb.from_arrow(found.append_column("is_open", is_open)).order(
        "is_open desc, abs(amount_usd) desc, date, provider, model, project, kind, reason"
    )
    return ordered.select(", ".join(ROWS.names))


def readable(found: duckdb.DuckDBPyRelation, count: int) -> duckdb.DuckDBPyRelation:
    """The first rows with the columns that fit a screen."""
    return found.limit(count).select("date, provider, model, project, kind, reason, amount_usd, detail")
