"""A file read as the export it is: by its content, or as the user says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from transforms.invoices.generic import read_generic
from transforms.invoices.lines import Invoice, InvoiceError, Meaning

Reader = Callable[[str, str, Meaning], Invoice]


@dataclass(frozen=True)
class Form:
    """A format: its name, who reads it, and how its text is recognised."""

    name: str
    read: Reader
    fits: Callable[[str], bool]


FORMS: tuple[Form, ...] = (Form("csv", read_generic, lambda _: True),)
"""Every format, the first that fits is taken; the generic one fits every text."""

NAMES = tuple(form.name for form in FORMS)


def read_invoice(content: bytes, name: str, meaning: Meaning, form: str | None = None) -> Invoice:
    """The invoice in a file. ``name`` stands in errors; ``form`` is one of `NAMES`, None to tell by the content.

    Raises InvoiceError naming file, line or key, and column.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvoiceError(f"{name}: not text in UTF-8 (byte {error.start}): export it as CSV or JSON") from error
    by_name: Mapping[str, Form] = {one.name: one for one in FORMS}
    chosen = by_name[form] if form else next(one for one in FORMS if one.fits(text))
    return chosen.read(text, name, meaning)
