"""Any CSV with a line per thing billed, its columns named by the user: the way in for providers without a reader here.

    date,model,kind,quantity,amount

A date, a model or an amount alone are enough to compare by; each further column lets more differences be named. A kind
is one of `USAGE_KINDS` or `OTHER_CHARGES`, or a word that the mapping file explains. A model that is empty on a line
which is no usage is fine. Days are taken as written: `transforms.reconciliation.boundaries` finds where they begin.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from transforms.csv_lines import Line, is_ordinary, near, read_lines
from transforms.invoices.lines import OTHER_CHARGES, USAGE_KINDS, Invoice, InvoiceError, InvoiceLine, Meaning, invoice

FIELDS = ("date", "provider", "model", "kind", "quantity", "amount", "unit_price", "currency", "project", "text")
"""What a column can hold. Without a mapping a column of that very name does."""


def read_generic(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from CSV text. Raises InvoiceError naming file, line and column."""
    rows = read_rows(text, name)
    if not rows:
        raise InvoiceError(f"{name}: there is no line below the header")
    columns = columns_of(rows[0].values, meaning, name)
    if "date" not in columns:
        raise _absent(name, "date", columns, rows[0])
    if not {"amount", "quantity"} & set(columns):
        raise _absent(name, "amount", columns, rows[0])
    return invoice(name, "generic CSV", (line_of(row, columns, meaning) for row in rows))


def read_rows(text: str, name: str) -> list[Line]:
    """The rows of CSV text with whatever columns it has: exports grow columns that nobody here reads.

    Raises InvoiceError.
    """
    try:
        header = next(csv.reader(io.StringIO(text), strict=True), [])
    except csv.Error as problem:
        raise InvoiceError(f"{name}:1: not CSV: {problem}") from problem
    return read_lines(text, name, (), [column.strip() for column in header], InvoiceError)


def columns_of(header: Mapping[str, object], meaning: Meaning, name: str) -> dict[str, str]:
    """The file's column for each field it has. Raises InvoiceError where the mapping names one that is not there."""
    for said, column in meaning.columns.items():
        if column not in header:
            hint = near(column, [*header])
            raise InvoiceError(f"{name}:1: no column {column!r} for {said}{hint}; there are {', '.join(header)}")
    return {one: one for one in FIELDS if one in header} | dict(meaning.columns)


def _absent(name: str, needed: str, columns: Mapping[str, str], row: Line) -> InvoiceError:
    there = ", ".join(row.values)
    return InvoiceError(f"{name}:1: no column holds the {needed}; say which does: --column {needed}=NAME, of {there}")


def line_of(row: Line, columns: Mapping[str, str], meaning: Meaning) -> InvoiceLine:
    """The line that a row is, by the columns that hold its fields."""
    kind, charge = kind_of(row, columns.get("kind", ""), meaning)
    project = row.text(columns.get("project", "")) or None
    return InvoiceLine(
        where=row.where,
        day=day_of(row, columns["date"]),
        provider=row.text(columns.get("provider", "")) or meaning.provider,
        model=row.text(columns.get("model", "")) or None,
        kind=kind,
        charge=charge,
        quantity=figure(row, columns.get("quantity", "")),
        amount=figure(row, columns.get("amount", "")),
        currency=(row.text(columns.get("currency", "")) or meaning.currency or "USD").upper(),
        project=meaning.projects.get(project or "", project),
        unit_price=figure(row, columns.get("unit_price", "")),
        text=row.text(columns.get("text", "")),
    )


def day_of(row: Line, column: str) -> date:
    """The day in a column: a date, or the date of a time as it is written, in whatever zone."""
    text = row.required(column)
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    except ValueError:
        row.refuse(f"{column} is {text!r}, expected a day such as 2026-10-31")


def figure(row: Line, column: str) -> Decimal | None:
    """The number in a column exactly as written, None where there is none."""
    text = row.text(column) if column else ""
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        row.refuse(f"{column} is {text!r}, expected a number")
    return number if is_ordinary(number) else row.refuse(f"{column} is {text!r}, expected a number")


def kind_of(row: Line, column: str, meaning: Meaning) -> tuple[str | None, str | None]:
    """(kind of usage, kind of other charge) that a word means; both None where nothing is said."""
    word = row.text(column) if column else ""
    kind = meaning.kinds.get(word, word)
    if not kind:
        return None, None
    if kind in OTHER_CHARGES:
        return None, kind
    if kind not in USAGE_KINDS:
        allowed = (*USAGE_KINDS, *OTHER_CHARGES)
        row.refuse(
            f"{column} is {word!r}, expected one of {', '.join(allowed)}{near(word, allowed)}, "
            "or a word that the mapping file explains under kinds"
        )
    return kind, None
