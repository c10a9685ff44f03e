"""The allocation file of this moment, and the files of charges and usage that it names."""

import csv
import functools
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from spanledger.texts import read_text
from transforms.allocation import focus_rows
from transforms.allocation.checks import refuse_unknown_metrics
from transforms.allocation.rules import NO_RULES, AllocationRules, read_rules
from transforms.allocation.sources import Source
from transforms.allocation.usage import Usage, read_usage
from transforms.pricing.charges import ChargeError
from transforms.pricing.ledger import Text
from transforms.yaml_lines import ConfigError


@dataclass(frozen=True)
class Allocation:
    """The rules, the charges files that they name (each as CSV text), and what was used."""

    rules: AllocationRules = NO_RULES
    costs: tuple[Text, ...] = ()
    usage: tuple[Usage, ...] = ()

    @property
    def metrics(self) -> frozenset[str]:
        """What the usage files count."""
        return frozenset(row.metric for row in self.usage)

    @functools.cached_property
    def digest(self) -> str:
        """Changes with anything that attribution makes of it; charges have a digest of their own."""
        rules = self.rules.digest
        return hashlib.sha256(repr((rules, sorted(self.usage, key=repr))).encode()).hexdigest()


NO_ALLOCATION = Allocation()


def read_allocation(path: Path | None) -> Allocation:
    """What the file and those it names say. Raises ConfigError and ChargeError naming file, line and key or column."""
    if path is None:
        return NO_ALLOCATION
    rules = _rules(_text(path))
    costs = tuple(_as_csv(path, source, focus_rows.charges_text) for source in rules.costs)
    used = (_as_csv(path, source, focus_rows.usage_text) for source in rules.usage)
    usage = tuple(row for text in used for row in _usage(text))
    read = Allocation(rules, costs, usage)
    refuse_unknown_metrics(rules, read.metrics)
    return read


def _text(path: Path) -> Text:
    try:
        return read_text(path, ConfigError)
    except OSError as error:
        raise ConfigError(f"the allocation file {path} cannot be read: {error.strerror}") from error


@functools.lru_cache(maxsize=4)
def _rules(text: Text) -> AllocationRules:
    return read_rules(text.text, text.name)


@functools.lru_cache(maxsize=16)
def _usage(text: Text) -> tuple[Usage, ...]:
    return read_usage(text.text, text.name)


def _as_csv(path: Path, source: Source, of_focus: Callable[[Sequence[focus_rows.Row], Source, str], str]) -> Text:
    file = path.parent / source.file
    try:
        if source.format == "csv":
            return read_text(file, ChargeError)
        if source.format == "parquet":
            return Text(file.name, _parquet_text(file))
        return Text(file.name, of_focus(_rows(file), source, file.name))
    except OSError as error:
        raise ConfigError(f"{source.place}: the file {file} cannot be read: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise ConfigError(f"{source.place}: the file {file} is no Parquet: {error}") from error


def _rows(file: Path) -> list[dict[str, str]]:
    """The rows of a FOCUS file, CSV or Parquet, as texts by column."""
    text = _parquet_text(file) if file.suffix.lower() == ".parquet" else read_text(file, ChargeError).text
    try:
        return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]
    except csv.Error as error:
        raise ChargeError(f"{file.name}: not CSV: {error}") from error


def _parquet_text(file: Path) -> str:
    """A Parquet file as CSV text, every value as it would be written by hand."""
    table = pq.read_table(file)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows([_written(value) for value in row.values()] for row in table.to_pylist())
    return text.getvalue()


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict | list):  # a map of tags comes as pairs
        return json.dumps(dict(value), default=str)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
