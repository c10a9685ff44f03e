"""The Claude Console's two CSV exports.

Usage: `usage_date_utc, model_version, workspace`, a column of tokens per kind (`USAGE_COLUMNS`); no money.
Cost: `usage_date_utc, model, workspace, token_type, cost_type, cost_usd`, rounded to cents; models by their display
names, "Claude Haiku 4.5" for claude-haiku-4-5, spelled as ids here. Rows whose cost_type is not token are fees.

Source: headers and rows of both exports as published tools and their tests show them.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from transforms.csv_lines import Line
from transforms.invoices.anthropic import PROVIDER
from transforms.invoices.generic import day_of, figure, read_rows
from transforms.invoices.lines import Invoice, InvoiceLine, Meaning, invoice

USAGE_COLUMNS = {
    "usage_input_tokens_no_cache": "input",
    "usage_input_tokens_cache_read": "cache_read",
    "usage_input_tokens_cache_write_5m": "cache_write",
    "usage_input_tokens_cache_write_1h": "cache_write_1h",
    "usage_output_tokens": "output",
}
"""Column of the usage export -> kind."""

TOKEN_TYPES = {name.removeprefix("usage_").replace("_tokens", ""): kind for name, kind in USAGE_COLUMNS.items()}
"""token_type of the cost export -> kind: the same names, shortened."""

DAY = "usage_date_utc"
DISPLAY_NAME = re.compile(r"Claude (?P<family>[A-Z][a-z]+) (?P<version>[\d.]+)")


def read_anthropic_usage_csv(text: str, name: str, meaning: Meaning) -> Invoice:
    """A usage report from the Console's usage export. Raises InvoiceError naming file, line and column."""
    rows = read_rows(text, name)
    lines = (line for row in rows for line in _usage(row, meaning))
    return invoice(name, "Claude Console usage export", lines, (day_of(row, DAY) for row in rows))


def read_anthropic_cost_csv(text: str, name: str, meaning: Meaning) -> Invoice:
    """An invoice from the Console's cost export. Raises InvoiceError naming file, line and column."""
    rows = read_rows(text, name)
    return invoice(name, "Claude Console cost export", (_cost(row, meaning) for row in rows))


def _usage(row: Line, meaning: Meaning) -> Iterator[InvoiceLine]:
    day, model = day_of(row, DAY), row.required("model_version")
    for column, kind in USAGE_COLUMNS.items():
        count = row.count(column) if row.text(column) else 0
        if count:
            quantity = Decimal(count)
            yield InvoiceLine(row.where, day, PROVIDER, model, kind, quantity=quantity, project=_project(row, meaning))


def _cost(row: Line, meaning: Meaning) -> InvoiceLine:
    is_token = row.text("cost_type") in {"token", ""}
    kind = row.one_of("token_type", TOKEN_TYPES) if is_token else None
    return InvoiceLine(
        where=row.where,
        day=day_of(row, DAY),
        provider=PROVIDER,
        model=model_id(row.required("model")) if is_token else None,
        kind=TOKEN_TYPES[kind] if kind else None,
        charge=None if is_token else meaning.kinds.get(row.text("cost_type"), "fee"),
        amount=figure(row, "cost_usd"),
        project=_project(row, meaning),
        text=" ".join(part for part in (row.text("model"), row.text("token_type"), row.text("cost_type")) if part),
    )


def model_id(display_name: str) -> str:
    """The id that a display name is written for; a name of another form stays as it is.

    >>> model_id("Claude Haiku 4.5")
    'claude-haiku-4-5'
    """
    parts = DISPLAY_NAME.fullmatch(display_name)
    return f"claude-{parts['family'].lower()}-{parts['version'].replace('.', '-')}" if parts else display_name


def _project(row: Line, meaning: Meaning) -> str | None:
    workspace = row.text("workspace")
    return meaning.projects.get(workspace, workspace) or None
