"""CSV read strictly, so that every complaint can name file, line, column and value: the one way tables of the user's
are read. A column nobody knows is a mistake, not a remark; a row ends where its header ends."""

import csv
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import NoReturn

LARGEST_COUNT = 10**18
MOST_DIGITS = 30


@dataclass(frozen=True)
class Line:
    """One row: where it stands, what it says by column, and the error that its complaints are raised as."""

    where: str  # file:line
    values: dict[str, str]
    error: Callable[[str], Exception]

    def refuse(self, problem: str) -> NoReturn:
        """Raises the file's error, naming the line."""
        raise self.error(f"{self.where}: {problem}")

    def text(self, column: str) -> str:
        """What a column says, without blanks around; '' where it says nothing or stands in no header."""
        return self.values.get(column, "").strip()

    def required(self, column: str) -> str:
        """What a column says, which must be something."""
        return self.text(column) or self.refuse(f"{column} is empty")

    def amount(self, column: str) -> Decimal:
        """A finite number, exactly as it is written."""
        try:
            number = Decimal(self.text(column))
        except InvalidOperation:
            self.refuse(f"{column} is {self.text(column)!r}, expected a number")
        return number if is_ordinary(number) else self.refuse(f"{column} is {self.text(column)!r}, expected a number")

    def count(self, column: str) -> int:
        """A whole number from 0."""
        text = self.text(column)
        # Python itself turns no text of thousands of digits into a number
        if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) > LARGEST_COUNT:
            self.refuse(f"{column} is {text!r}, expected a whole number from 0 to {LARGEST_COUNT}")
        return int(text)

    def day(self, column: str) -> date | None:
        """A date, None where the column says nothing."""
        moment = self.moment(column)
        return moment and moment.date()

    def moment(self, column: str) -> datetime | None:
        """A moment in UTC, a plain date being its midnight; None where the column says nothing."""
        text = self.text(column)
        if not text:
            return None
        try:
            if len(text) <= len("2026-01-01"):
                return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.refuse(f"{text!r} is not a date, expected YYYY-MM-DD (column {column})")
        return moment.astimezone(UTC) if moment.tzinfo else self.refuse(f"{column} is {text!r}, which has no time zone")

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """A text that is one of ``allowed``."""
        text = self.text(column)
        if text not in allowed:
            self.refuse(f"{column} is {text!r}, expected one of {', '.join(allowed)}{near(text, allowed)}")
        return text


def is_ordinary(number: Decimal) -> bool:
    """Whether a number is finite and neither absurdly large nor absurdly small: nothing has that many digits."""
    return number.is_finite() and (not number or abs(number.adjusted()) <= MOST_DIGITS)


def near(text: str, allowed: Collection[str]) -> str:
    """A hint at the spelling that may have been meant, for the end of a complaint."""
    close = get_close_matches(text, allowed, 1)
    return f"; did you mean {close[0]}?" if close else ""


def read_lines(
    text: str, name: str, required: Collection[str], optional: Collection[str], error: Callable[[str], Exception]
) -> list[Line]:
    """The rows of CSV text that has all ``required`` columns and none beyond ``optional``; empty lines are skipped.

    Raises ``error``, called with a message that begins with ``name``.
    """
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        header = [column.strip() for column in reader.fieldnames or []]
        reader.fieldnames = header
        _check_header(header, name, required, optional, error)
        return [_line(dict(row), f"{name}:{reader.line_num}", header, error) for row in reader]
    except csv.Error as problem:
        raise error(f"{name}:{reader.line_num}: not CSV: {problem}") from problem


def _check_header(
    header: list[str],
    name: str,
    required: Collection[str],
    optional: Collection[str],
    error: Callable[[str], Exception],
) -> None:
    missing = sorted(set(required) - set(header))
    if missing:
        raise error(f"{name}: missing column(s) {', '.join(missing)}; expected {', '.join(required)}")
    known = [*required, *optional]
    for column in header:
        if column not in known:
            raise error(f"{name}:1: no such column {column!r}{near(column, known)}; there are {', '.join(known)}")
    twice = {column for column in header if header.count(column) > 1}
    if twice:
        raise error(f"{name}:1: column {min(twice)} stands twice")


def _line(row: dict[str, object], where: str, header: list[str], error: Callable[[str], Exception]) -> Line:
    short = [column for column in header if row[column] is None]
    if short:
        raise error(f"{where}: the row ends before {short[0]}; expected {', '.join(header)}")
    if None in row:
        raise error(f"{where}: the row goes on after {header[-1]}; a value with a comma stands in quotes")
    return Line(where, {column: str(row[column]) for column in header}, error)
