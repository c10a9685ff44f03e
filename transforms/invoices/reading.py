"""A file read as the export it is: by its content, or as the user says."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transforms.invoices import anthropic, anthropic_csv, focus, openai, openai_csv
from transforms.invoices.generic import read_generic
from transforms.invoices.lines import Invoice, InvoiceError, Meaning
from transforms.invoices.pages import read_pages

Reader = Callable[[str, str, Meaning], Invoice]


@dataclass(frozen=True)
class Form:
    """A format: its name on the command line, who reads it, and columns or keys that tell it by its content."""

    name: str
    read: Reader
    columns: Sequence[str] = ()
    keys: Sequence[str] = ()


FORMS = (
    Form("focus", focus.read_focus, columns=focus.HEADER),
    Form("openai-csv", openai_csv.read_openai_csv, columns=openai_csv.HEADER),
    Form("anthropic-cost-csv", anthropic_csv.read_anthropic_cost_csv, columns=("usage_date_utc", "cost_usd")),
    Form("anthropic-usage-csv", anthropic_csv.read_anthropic_usage_csv, columns=("usage_date_utc", "model_version")),
    Form("openai-json", openai.read_openai, keys=('"start_time"', '"organization.')),
    Form("anthropic-json", anthropic.read_anthropic, keys=('"starting_at"', '"results"')),
    Form("csv", read_generic),
)
"""Every format; the first that fits is taken, the generic CSV where none does."""

NAMES = tuple(form.name for form in FORMS)
PARQUET = b"PAR1"


def read_invoice(content: bytes, name: str, meaning: Meaning, form: str | None = None) -> Invoice:
    """The invoice in a file. ``name`` stands in errors; ``form`` is one of `NAMES`, None to tell by the content.

    Raises InvoiceError naming file, line or key, and column.
    """
    if content.startswith(PARQUET):
        return focus.read_focus_parquet(content, name, meaning)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvoiceError(f"{name}: not text in UTF-8 (byte {error.start}): export it as CSV or JSON") from error
    chosen = next(one for one in FORMS if one.name == form) if form else recognised(text, name)
    missing = [] if chosen.keys else sorted(set(chosen.columns) - _header(text))
    if missing:
        raise InvoiceError(f"{name}:1: not {chosen.name}: there is no column {', '.join(missing)}")
    return chosen.read(text, name, meaning)


def _header(text: str) -> set[str]:
    return {column.strip() for column in next(csv.reader(io.StringIO(text)), [])}


def recognised(text: str, name: str) -> Form:
    """The format of a text. Raises InvoiceError for what is no JSON, and for JSON of no known form."""
    if text.lstrip()[:1] in {"{", "["}:
        known = [form for form in FORMS if form.keys]
        found = next((form for form in known if all(key in text for key in form.keys)), None)
        if found is None:
            read_pages(text, name)
            raise InvoiceError(
                f"{name}: JSON of no form known here; there are {', '.join(form.name for form in known)}"
            )
        return found
    return next(form for form in FORMS if not form.keys and set(form.columns) <= _header(text))
