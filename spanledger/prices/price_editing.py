"""`spanledger prices set`: a row more in the user's price file, and what that changes, said before it is written."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from collector.files import write_atomically
from spanledger.prices.price_files import PriceFiles
from spanledger.prices.price_list import read_texts
from transforms.csv_lines import read_lines
from transforms.pricing.ledger import Ledger, Text, ledger
from transforms.pricing.price_file import OPTIONAL, REQUIRED
from transforms.pricing.prices import PriceError, Rate

THING = (
    *("provider", "model", "token_kind", "service_tier", "region", "input_tokens_above", "rate_class"),
    *("time_from", "time_to"),
)
"""What a new row must share with an open one to end it."""

FIRST = ("provider", "model", "token_kind", "unit_price", "unit", "valid_from", "valid_to", "source")
"""Columns of a file that `set` begins."""


def with_row(text: str, name: str, row: Mapping[str, str]) -> str:
    """The file's text with a row more. A row of the same thing that holds without end ends where the new one begins.

    A row of the same thing for the same days is corrected: the new one takes its place, and what was known before stays
    in the ledger (`dim_prices.withdrawn_at`) and in what was published. ``row`` says no more than it means: columns it
    leaves out are empty. Raises PriceError where the file is wrong.
    """
    rows = (
        [dict(line.values) for line in read_lines(text, name, REQUIRED, OPTIONAL, PriceError)] if text.strip() else []
    )
    rows = [old for old in rows if not _is_corrected_by(old, row)]
    for old in rows:
        if _is_ended_by(old, row):
            old["valid_to"] = row["valid_from"]
    header = next(csv.reader(io.StringIO(text)), []) if text.strip() else list(FIRST)
    columns = [*header, *(column for column in row if row[column] and column not in header)]
    return _written(columns, [*rows, dict(row)])


def _agree(old: Mapping[str, str], row: Mapping[str, str], columns: Sequence[str]) -> bool:
    return all(old.get(column, "").strip() == row.get(column, "").strip() for column in columns)


def _is_corrected_by(old: Mapping[str, str], row: Mapping[str, str]) -> bool:
    return _agree(old, row, (*THING, "valid_from", "valid_to"))


def _is_ended_by(old: Mapping[str, str], row: Mapping[str, str]) -> bool:
    return (
        _agree(old, row, THING)
        and bool(row.get("valid_from"))
        and not old.get("valid_to", "").strip()
        and old.get("valid_from", "").strip() < row["valid_from"]
    )


def _written(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    into = io.StringIO()
    writer = csv.DictWriter(into, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: row.get(column, "") for column in columns} for row in rows)
    return into.getvalue()


def proposed(files: PriceFiles, row: Mapping[str, str]) -> tuple[str, list[str]]:
    """The price file's new text, and what it changes, a line for each rate. Raises PriceError, OSError."""
    path = _path(files)
    texts = read_texts(replace(files, prices=path if path.exists() else None))
    before = texts.prices.text if texts.prices else ""
    after = with_row(before, path.name, row)
    ledgers = (ledger(texts), ledger(replace(texts, prices=Text(path.name, after))))
    return after, list(_changes(*ledgers))


def write(files: PriceFiles, text: str) -> Path:
    """Put the new text in the price file's place; returns where that is."""
    path = _path(files)
    write_atomically(path, text.encode())
    return path


def _path(files: PriceFiles) -> Path:
    if files.prices is None:
        raise PriceError("no price file is set; name one with --prices-file, it is made if it is not there yet")
    return files.prices


def _changes(old: Ledger, new: Ledger) -> Iterator[str]:
    """Rates that come, with what held in their place before; and those that go without one."""
    come = sorted(set(new.own) - set(old.own), key=_order)
    for rate in come:
        before = _before(rate, old)
        change = f"{_amount(before)} →" if before is None or _amount(before) != _amount(rate) else "still"
        yield f"{_said(rate)}: {change} {_amount(rate)}, {_interval(rate)} ({rate.source})"
    if not come:
        yield "nothing changes: the file says this already"
    yield from (f"note: {text}" for text in unstated(new))


def unstated(ledger: Ledger) -> Iterator[str]:
    """Models whose contracted card leaves out input or output, which leaves calls with such tokens unpriced."""
    stated: dict[tuple[object, ...], set[str]] = {}
    listed = {
        (rate.price_provider, rate.price_model, rate.token_kind) for rate in ledger.rates if rate.rate_class == "list"
    }
    for rate in ledger.own:
        if rate.rate_class == "contracted" and rate.unit == "token":
            card = (rate.price_provider, rate.price_model, rate.service_tier, rate.valid_from)
            stated.setdefault(card, set()).add(rate.token_kind)
    for (provider, model, tier, start), kinds in stated.items():
        for kind, other in (("input", "output"), ("output", "input")):
            if kind not in kinds and (kind == "input" or (provider, model, kind) in listed):
                yield (
                    f"{provider}/{model} ({tier}) has a price of {other} and none of {kind} from {start:%F} on: "
                    f"calls with {kind} are unpriced then; state it too, a contracted price is stated whole"
                )


def _before(rate: Rate, old: Ledger) -> Rate | None:
    """What held for the same thing when the new rate begins: the user's, else the list's."""
    same = [
        one
        for one in old.rates
        if (one.price_provider, one.price_model, one.token_kind)
        == (rate.price_provider, rate.price_model, rate.token_kind)
        and (one.service_tier, one.region, one.time_from) == (rate.service_tier, rate.region, rate.time_from)
        and one.input_tokens_above <= rate.input_tokens_above
        and one.valid_from <= rate.valid_from < one.valid_to
    ]
    return max(same, key=lambda one: (one.rate_class == "contracted", one.input_tokens_above), default=None)


def _order(rate: Rate) -> tuple[str, str, str, datetime, str, int]:
    tier = (rate.token_kind, rate.input_tokens_above)
    return (rate.price_provider, rate.price_model, rate.service_tier, rate.valid_from, *tier)


def _said(rate: Rate) -> str:
    tier = "" if rate.service_tier == "standard" else f" {rate.service_tier}"
    above = f" above {rate.input_tokens_above:,} tokens" if rate.input_tokens_above >= 0 else ""
    where = f" in {rate.region}" if rate.region else ""
    return f"{rate.price_provider}/{rate.price_model}{tier}{where}{above} {rate.token_kind}"


def _amount(rate: Rate | None) -> str:
    if rate is None:
        return "unpriced"
    many = Decimal(1_000_000) if rate.unit == "token" else Decimal(1)
    unit = "1M tokens" if rate.unit == "token" else rate.unit.replace("_", " ")
    return f"{(rate.unit_price_usd * many).normalize():f} USD per {unit}, {rate.rate_class}"


def _interval(rate: Rate) -> str:
    start = "since ever" if rate.valid_from.year == 1970 else f"from {rate.valid_from:%F}"
    return start if rate.valid_to.year == 9999 else f"{start} to {rate.valid_to:%F}"
