"""Figures as people write them: `10M`, `0.85`, `5%`, `2%:5%:9%`."""

from decimal import Decimal, InvalidOperation

from transforms.csv_lines import is_ordinary
from transforms.decisions.checks import DecisionError
from transforms.decisions.rates import Rate

SIZES = {"k": 3, "M": 6, "B": 9}


def figure(text: str) -> Decimal:
    """A number, exactly as written; `10M` is ten million, `k` and `B` likewise. Raises DecisionError."""
    plain = text.strip().replace(",", "")
    exponent = SIZES.get(plain[-1:], 0)
    try:
        number = Decimal(plain[:-1] if exponent else plain).scaleb(exponent)
    except InvalidOperation:
        raise DecisionError(f"{text!r} is no number; expected one such as 0.85 or 10M") from None
    if not is_ordinary(number):
        raise DecisionError(f"{text!r} is no number; expected one such as 0.85 or 10M")
    return number


def share(text: str) -> Decimal:
    """A share in percent: `5%` or `5` is 0.05. Raises DecisionError."""
    return figure(text.strip().removesuffix("%")) / 100


def rate(text: str) -> Rate:
    """A change a month: `5%`, or with its range `2%:5%:9%`. Raises DecisionError."""
    ends = [share(part) for part in text.split(":")]
    if len(ends) not in (1, 3):
        raise DecisionError(f"{text!r} is no change a month; expected one such as 5% or 2%:5%:9%")
    return Rate(ends[len(ends) // 2], ends[0], ends[-1])


def volumes(text: str) -> list[Decimal]:
    """Numbers with commas between, such as `10M,12M`. Raises DecisionError."""
    return [figure(part) for part in text.split(",")]
