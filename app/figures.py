"""How figures are written: money, tokens, durations, shares and changes, each with as many digits as help.

Unknown is written as a dash, never as zero. Money comes in US dollars and is written in the page's currency.
"""

from decimal import ROUND_HALF_UP, Decimal

from app import currency

UNKNOWN = "–"
MINUS = "−"

Figure = Decimal | float | int


def money(usd: Figure | None) -> str:
    """Money: `$0.0042`, `$1.64`, `$27,968`, `$1.2 M`, `€1.41`; below one, two significant digits at least."""
    if usd is None:
        return UNKNOWN
    value = converted(usd)
    return _signed(value, currency.shown().symbol + _amount(abs(value)))


def converted(usd: Figure) -> Decimal:
    """US dollars in the page's currency, unrounded."""
    return currency.shown().converted(Decimal(str(usd)))


def signed_money(usd: Figure | None) -> str:
    """A change of money, with its sign: `+$0.10`, `−$3.50`, `$0.00`."""
    return f"+{money(usd)}" if usd is not None and usd > 0 else money(usd)


def unit_price(usd: Figure | None, unit: str, digits: int = 6) -> str:
    """A price as price lists write it: `$2.50 / M tokens`, `$0.175 / M tokens`, `$10.00 / k calls`, `$0.03 / hour`.

    Six significant digits hold any published price; an average needs fewer.
    """
    if usd is None:
        return UNKNOWN
    size, word = {"token": (10**6, "M "), "token_hour": (10**6, "M "), "character": (10**6, "M ")}.get(unit, (1, ""))
    size, word = (1000, "k ") if unit in {"call", "request"} else (size, word)
    value = converted(usd) * size
    rounded = value if value == 0 else _rounded(value, digits - 1 - value.adjusted())
    return f"{_exactly(rounded, currency.shown().symbol)} / {word}{plural(unit) if word else unit.replace('_', ' ')}"


def plural(unit: str) -> str:
    """`tokens`, `token-hours`, `requests`."""
    return unit.replace("_", "-") + "s"


def _amount(value: Decimal) -> str:
    if value >= 999_950_000:
        return f"{_rounded(value / 10**9, 1):,} B"
    if value >= 999_950:
        return f"{_rounded(value / 10**6, 1):,} M"
    if value >= 1000:
        return f"{_rounded(value, 0):,}"
    if value >= Decimal("0.995") or value == 0:
        return f"{_rounded(value, 2):,}"
    digits = max(2, 1 - value.adjusted())
    if _rounded(value, digits).adjusted() > value.adjusted():  # 0.0998 is 0.10, not 0.100
        digits = max(2, digits - 1)
    return f"{_rounded(value, digits):f}"


def exact_money(usd: Figure | None) -> str:
    """US dollars to the last digit that is stored, for tooltips and checks: `$27,968.272099`.

    They stay dollars on a page in another currency: `US$27,968.272099`.
    """
    if usd is None:
        return "unknown"
    return _exactly(Decimal(str(usd)), "$" if currency.shown().rate is None else "US$")


def _exactly(value: Decimal, symbol: str) -> str:
    whole, _, part = f"{abs(value):,f}".partition(".")
    return _signed(value, f"{symbol}{whole}.{part.rstrip('0').ljust(2, '0')}")


def tokens(count: Figure | None) -> str:
    """Token counts: `812`, `4.1 k`, `22 M`, `1.3 B`."""
    if count is None:
        return UNKNOWN
    value = Decimal(str(count))
    for size, unit in ((10**9, " B"), (10**6, " M"), (1000, " k")):
        if value >= size * Decimal("0.9995"):
            part = value / size
            return f"{_rounded(part, 0 if part >= 10 else 1):,}{unit}"
    return f"{_rounded(value, 0)}"


def size(number: Figure | None) -> str:
    """Bytes on a disk: `812 B`, `4.1 kB`, `22 MB`, `1.3 GB`; k is a thousand."""
    if number is None:
        return UNKNOWN
    value = Decimal(str(number))
    for unit_size, unit in ((10**12, " TB"), (10**9, " GB"), (10**6, " MB"), (1000, " kB")):
        if abs(value) >= unit_size * Decimal("0.9995"):
            part = value / unit_size
            return _signed(value, f"{_rounded(abs(part), 0 if abs(part) >= 10 else 1):,}{unit}")
    return _signed(value, f"{_rounded(abs(value), 0)} B")


def duration(milliseconds: Figure | None) -> str:
    """Durations: `240 ms`, `3.2 s`, `48 s`, `12 min`, `3.5 h`."""
    if milliseconds is None:
        return UNKNOWN
    value = Decimal(str(milliseconds))
    if value < 1000:
        return f"{_rounded(value, 0)} ms"
    for size, limit, unit in ((1000, 60_000, "s"), (60_000, 3_600_000, "min"), (3_600_000, None, "h")):
        if limit is None or value < limit:
            part = value / size
            return f"{_rounded(part, 0 if part >= 10 else 1):,} {unit}"
    raise AssertionError(f"no unit for {value} ms")


def share(part: Figure | None, whole: Figure | None = 1) -> str:
    """A part of a whole in per cent: `34 %`, `0.4 %`, `< 0.1 %`."""
    if part is None or whole is None or Decimal(str(whole)) == 0:
        return UNKNOWN
    ratio = Decimal(str(part)) / Decimal(str(whole)) * 100
    if 0 < ratio < Decimal("0.1"):
        return "< 0.1 %"
    return f"{_rounded(ratio, 1 if 0 < ratio < 10 else 0)} %"


def times(ratio: Figure | None) -> str:
    """A ratio: `× 1.43`, `× 0.85`, `× 0.023`, `× 12.3`, `× 140`."""
    return UNKNOWN if ratio is None else f"× {_factor(ratio)}"


def multiple(ratio: Figure) -> str:
    """A ratio within a sentence: `costs 1.43 × what it did`."""
    return f"{_factor(ratio)} ×"


def _factor(ratio: Figure) -> str:
    value = Decimal(str(ratio))
    return f"{_rounded(value, max(0, (2 if value >= 1 else 1) - value.adjusted())):f}"


def count(number: Figure | None) -> str:
    """Whole numbers with thousands separated: `17,015`."""
    return UNKNOWN if number is None else f"{int(number):,}"


def change(now: Figure | None, before: Figure | None) -> str | None:
    """Relative change: `+12 %`, `−3.4 %`; None where there is nothing to compare with."""
    if now is None or before is None or Decimal(str(before)) == 0:
        return None
    ratio = (Decimal(str(now)) / Decimal(str(before)) - 1) * 100
    return f"{_with_sign(ratio, 1 if abs(ratio) < 10 else 0)} %"


def points(now: Figure | None, before: Figure | None) -> str | None:
    """Change of a share in percentage points: `+7.0 pts`."""
    if now is None or before is None:
        return None
    difference = (Decimal(str(now)) - Decimal(str(before))) * 100
    return f"{_with_sign(difference, 1)} pts"


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def _with_sign(value: Decimal, digits: int) -> str:
    size = _rounded(abs(value), digits)
    return f"{'' if not size else '+' if value > 0 else MINUS}{size:,}"


def _signed(value: Decimal, text: str) -> str:
    return MINUS + text if value < 0 else text
