"""What stands in a budget file, read as what it should be: amounts, shares, times, whole numbers."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transforms.budgets.budget import PICO, UNITS, USD
from transforms.yaml_lines import Value

# Numbers are compared before anything is worked out of them: one of a billion digits is written in a few characters.
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST_S = 3660 * 86400
_LARGEST_USD = 10**9
_LARGEST_COUNT = 10**15
_WORDS = {4: "four", 6: "six", 12: "twelve"}


def limit(value: Value, unit: str) -> int:
    """A limit in `unit`: pico-dollars, tokens or steps."""
    text = value.text().strip()
    if unit != USD and (text.startswith("$") or text.lower().endswith("usd")):
        value.refuse(f"{text!r} is an amount of dollars, but the unit is {unit}")
    for other in UNITS:
        if other != unit and text.lower().endswith(other):
            value.refuse(f"{text!r} is in {other}, but the unit is {unit}")
    bare = text.lower().removesuffix(unit).strip().removeprefix("$" if unit == USD else "").replace("_", "")
    number = _number(
        value, bare, f"an amount of {unit} in digits, such as {'500 or 0.25' if unit == USD else '200_000'}"
    )
    if number < 0:
        value.refuse(f"{text} is negative; a limit is 0 or more")
    return _pico(value, number) if unit == USD else _count(value, number, unit)


def share(value: Value) -> Decimal:
    """A share of the limit, such as 80% or 0.8."""
    text = value.text().strip()
    bare, is_percent = text.removesuffix("%").strip(), text.endswith("%")
    number = _number(value, bare, "a share of the limit, such as 80% or 0.8")
    if not 0 < number <= (1000 if is_percent else 10):
        hint = f"; for {text} % write {text}%" if number > 10 and not is_percent else ""
        value.refuse(f"expected a share above 0 and up to 1000%, got {text!r}{hint}")
    return _decimals(value, number, 4) / 100 if is_percent else _decimals(value, number, 6)


def factor(value: Value) -> Decimal:
    """What a limit is multiplied by."""
    text = value.text().strip()
    number = _number(value, text, "a number such as 1.5")
    if not 0 < number <= 1000:
        value.refuse(f"expected a factor above 0 and up to 1000, got {text}")
    return _decimals(value, number, 6)


def whole(value: Value, least: int, most: int) -> int:
    """A whole number from ``least`` to ``most``."""
    text = value.text().strip().replace("_", "")
    number = int(text) if re.fullmatch(r"-?\d{1,15}", text) else None
    if number is None or not least <= number <= most:
        value.refuse(f"expected a whole number from {least} to {most}, got {value.text()!r}")
    return number


def duration_s(value: Value) -> int:
    """A time such as 90m, 24h, 7d or 2w, in seconds."""
    text = value.text().strip()
    found = re.fullmatch(r"(\d{1,9})\s*([smhdw])", text)
    seconds = int(found[1]) * _UNITS_S[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST_S:
        value.refuse(f"expected a time of at most ten years such as 90m, 24h, 7d or 2w, got {text!r}")
    return seconds


def duration_ms(value: Value) -> int:
    """A short time such as 250ms or 2s, in milliseconds."""
    text = value.text().strip()
    if found := re.fullmatch(r"(\d{1,6})\s*ms", text):
        milliseconds = int(found[1])
    else:
        found = re.fullmatch(r"(\d{1,4})\s*([sm])", text)
        milliseconds = int(found[1]) * _UNITS_S[found[2]] * 1000 if found else 0
    return milliseconds or value.refuse(f"expected a short time such as 250ms or 2s, got {text!r}")


def zone(value: Value) -> str:
    """The name of a time zone."""
    name = value.text().strip()
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        value.refuse(f"there is no time zone {name!r}; expected a name such as UTC or Europe/Berlin")
    return name


def instant(value: Value, time_zone: str) -> datetime:
    """A moment in UTC, from a date (its midnight in the time zone) or a time with its offset."""
    text = value.text().strip()
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(time_zone)).astimezone(UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        value.refuse(f"expected a date such as 2026-11-30 or a time such as 2026-11-30T18:00Z, got {text!r}")
    if found.tzinfo is None:
        value.refuse(f"{text} does not say in which time zone; add Z or an offset such as +01:00")
    return found.astimezone(UTC)


def flat(value: Value) -> str:
    """A text without line breaks around it or in it."""
    return " ".join(value.text().split())


def _number(value: Value, text: str, expected: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    return number if number.is_finite() else value.refuse(f"expected {expected}, got {value.text()!r}")


def _decimals(value: Value, number: Decimal, most: int) -> Decimal:
    return (
        number
        if number == round(number, most)
        else value.refuse(f"{value.text()} has more than {_WORDS[most]} decimals")
    )


def _pico(value: Value, dollars: Decimal) -> int:
    if dollars > _LARGEST_USD:
        value.refuse(f"{dollars} dollars are more than a budget can hold ({_LARGEST_USD:,})")
    return int(_decimals(value, dollars, 12) * PICO)


def _count(value: Value, number: Decimal, unit: str) -> int:
    if number > _LARGEST_COUNT:  # first: an integer of a billion digits is never made
        value.refuse(f"{number} {unit} are more than {_LARGEST_COUNT:,}")
    if number != round(number):
        value.refuse(f"{number} {unit} are not a whole number; for dollars write unit: usd")
    return int(number)
