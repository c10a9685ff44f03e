"""Days, whole numbers, amounts and patterns in settings files, each refused where it stands."""

from datetime import date
from decimal import Decimal, InvalidOperation

from transforms.yaml_lines import Value

EVER = (date.min, date.max)


def day(value: Value) -> date:
    """A UTC day, YYYY-MM-DD."""
    text = value.text()
    try:
        return date.fromisoformat(text)
    except ValueError:
        value.refuse(f"expected a day such as 2026-10-01, got {text!r}")


def period(said: dict[str, Value]) -> tuple[date, date]:
    """The half-open days of the keys `from` and `to`; `EVER` where they are not said."""
    first, after = (day(said[key]) if key in said else ever for key, ever in zip(("from", "to"), EVER, strict=True))
    if first >= after:
        said["to" if "to" in said else "from"].refuse(f"{after} is not after {first}; `to` is the first day it is over")
    return first, after


def whole(value: Value, least: int, most: int) -> int:
    """A whole number."""
    text = value.text()
    number = int(text) if text.isdecimal() and len(text) <= 18 else None
    if number is None or not least <= number <= most:
        value.refuse(f"expected a whole number from {least} to {most}, got {text!r}")
    return number


def amount(value: Value, most: int) -> Decimal:
    """A number of US dollars above 0, of at most 12 decimals."""
    text = value.text()
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    exponent = number.as_tuple().exponent
    if not number.is_finite() or not 0 < number <= most or not isinstance(exponent, int) or exponent < -12:
        value.refuse(f"expected a number above 0 and up to {most}, of at most 12 decimals, got {text!r}")
    return number


def patterns(value: Value, columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """One pattern or several by column; all columns must match, of a column's patterns one."""
    said = value.fields(columns, "columns with patterns")
    if not said:
        value.refuse(f"asks nothing; there are the columns {', '.join(columns)}")
    return {column: patterns.texts() for column, patterns in said.items()}
