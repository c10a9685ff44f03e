"""The cost export of OpenAI's dashboard: CSV with the Costs API's fields as columns, one row per bucket and group.

Columns read: `start_time` (seconds since 1970), `amount_value`, `amount_currency`, `quantity`, `quantity_unit`,
`line_item`, `project_id`, `project_name`. Rows without an amount are days on which nothing was billed.

Source: headers of the export as published test files show them; the fields are the Costs API's (`openai`).
"""

from datetime import UTC, date, datetime

from transforms.csv_lines import Line
from transforms.invoices.generic import figure, read_rows
from transforms.invoices.lines import Invoice, InvoiceLine, Meaning, invoice
from transforms.invoices.openai import PROVIDER, item_of

HEADER = ("start_time", "amount_value", "amount_currency")


def read_openai_csv(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from the dashboard's cost export. Raises InvoiceError naming file, line and column."""
    rows = read_rows(text, name)
    billed = [row for row in rows if row.text("amount_value")]
    return invoice(name, "OpenAI cost export", (_line(row, meaning) for row in billed), map(_day, rows))


def _day(row: Line) -> date:
    seconds = row.count("start_time")
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        row.refuse(f"start_time is {seconds}, expected seconds since 1970")


def _line(row: Line, meaning: Meaning) -> InvoiceLine:
    item = item_of(row.text("line_item"), meaning)
    names = [name for name in (row.text("project_id"), row.text("project_name")) if name]
    mapped = (meaning.projects[name] for name in names if name in meaning.projects)
    is_tokens = item.kind is not None and row.text("quantity_unit") == "tokens"
    return InvoiceLine(
        where=row.where,
        day=_day(row),
        provider=PROVIDER,
        model=item.model,
        kind=item.kind,
        charge=item.charge,
        quantity=figure(row, "quantity") if is_tokens else None,
        amount=figure(row, "amount_value"),
        currency=row.required("amount_currency").upper(),
        project=next(mapped, names[-1] if names else None),
        text=item.text,
    )
