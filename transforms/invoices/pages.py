"""JSON pages of a usage or cost API, read strictly, so that every complaint can name file and key.

A file holds one page, a list of pages, or a page a line, as a client that follows `next_page` writes them. Numbers are
taken exactly as written. Pages that say there is more, with none after them, are half an invoice and refused.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from transforms.invoices.lines import InvoiceError


@dataclass(frozen=True)
class Node:
    """A value and where it stands: ``path`` such as data[3].results[0].amount."""

    value: Any
    file: str
    path: str = ""

    def refuse(self, problem: str) -> NoReturn:
        """Raises InvoiceError naming this place."""
        raise InvoiceError(f"{self.file}: {self.path or 'the top'}: {problem}")

    def get(self, key: str) -> "Node | None":
        """The value of a key; None where it is absent or null."""
        if not isinstance(self.value, dict):
            self.refuse(f"expected an object, got {_said(self.value)}")
        value = self.value.get(key)
        return None if value is None else Node(value, self.file, f"{self.path}.{key}" if self.path else key)

    def need(self, key: str) -> "Node":
        """The value of a key that must be there."""
        return self.get(key) or self.refuse(f"has no {key}")

    def items(self) -> Iterator["Node"]:
        """The values of a list."""
        if not isinstance(self.value, list):
            self.refuse(f"expected a list, got {_said(self.value)}")
        for place, value in enumerate(self.value):
            yield Node(value, self.file, f"{self.path}[{place}]")

    def text(self, key: str) -> str | None:
        """A key's text, None where there is none."""
        node = self.get(key)
        if node is None or node.value == "":
            return None
        return node.value if isinstance(node.value, str) else node.refuse(f"expected a text, got {_said(node.value)}")

    def number(self) -> Decimal:
        """A number, or a text that is one; exactly as written."""
        if isinstance(self.value, int | Decimal) and not isinstance(self.value, bool):
            return Decimal(self.value)
        if isinstance(self.value, str):
            try:
                number = Decimal(self.value)
            except ArithmeticError:
                self.refuse(f"expected a number, got {_said(self.value)}")
            if number.is_finite():
                return number
        return self.refuse(f"expected a number, got {_said(self.value)}")

    def count(self, key: str) -> int:
        """A key's whole number from 0; 0 where it is absent."""
        node = self.get(key)
        if node is None:
            return 0
        if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 0:
            node.refuse(f"expected a whole number from 0, got {_said(node.value)}")
        return node.value

    def day(self) -> date:
        """The UTC day of a time: seconds since 1970, or ISO 8601 with a zone."""
        try:
            if isinstance(self.value, int):
                return datetime.fromtimestamp(self.value, UTC).date()
            moment = datetime.fromisoformat(str(self.value))
        except (ValueError, OverflowError, OSError):
            self.refuse(f"expected a time, got {_said(self.value)}")
        return moment.astimezone(UTC).date() if moment.tzinfo else self.refuse(f"{self.value!r} has no time zone")


def _said(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:40]}…"


def read_pages(text: str, name: str) -> list[Node]:
    """The pages in a file. Raises InvoiceError naming file, line or key."""
    pages = [Node(value, name, path) for value, path in _values(text, name)]
    pages = [item for page in pages for item in (page.items() if isinstance(page.value, list) else [page])]
    if not pages:
        raise InvoiceError(f"{name}: there is no page in it")
    if (more := pages[-1].get("has_more")) is not None and more.value is True:
        more.refuse("the last page says that there is more: fetch the pages after it too")
    return pages


def _values(text: str, name: str) -> Iterator[tuple[Any, str]]:
    try:
        yield json.loads(text, parse_float=Decimal), ""
    except ValueError as whole:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        for number, line in lines:
            try:
                yield json.loads(line, parse_float=Decimal), f"line {number}"
            except ValueError as error:
                problem = whole if number == lines[0][0] else error
                raise InvoiceError(f"{name}:{number}: not JSON: {problem}") from error


def buckets(pages: list[Node]) -> Iterator[Node]:
    """The time buckets of all pages."""
    for page in pages:
        yield from page.need("data").items()
