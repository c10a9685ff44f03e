"""Rows for people and programs: table, CSV, JSON, Parquet. Figures keep every digit the database has."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from spanledger.exits import FAILED, USAGE, Failure

FORMATS = ("table", "csv", "json", "parquet")


def write(rows: duckdb.DuckDBPyRelation, form: str, output: Path | None) -> None:
    """Write ``rows`` to ``output``, or to standard output. Raises Failure where that cannot be."""
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise Failure("Parquet is no text; add --output FILE or send it through a pipe", USAGE)
    try:
        with tempfile.TemporaryDirectory(dir=_scratch(rows)) as folder:
            made = Path(folder) / "rows"
            _make(rows, form, made)
            if output is not None:
                shutil.copyfile(made, output)
                return
            with made.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
    except duckdb.Error as error:
        raise Failure(str(error), FAILED) from error
    except OSError as error:
        raise Failure(f"{output or 'standard output'} cannot be written: {error.strerror}", FAILED) from error


def _scratch(rows: duckdb.DuckDBPyRelation) -> str | None:
    """Where the database of ``rows`` may write: the one folder it has where other files are closed to it."""
    asked = "select current_setting('temp_directory'), current_setting('enable_external_access')"
    folder, is_open = rows.query("answer", asked).fetchall()[0]
    return None if is_open else str(folder)


def _make(rows: duckdb.DuckDBPyRelation, form: str, path: Path) -> None:
    if form == "csv":
        rows.write_csv(str(path), header=True)
    elif form == "parquet":
        rows.write_parquet(str(path), compression="zstd")
    elif form == "json":
        rows.query("answer", f"copy (from answer) to '{path}' (format json, array true)")
    else:
        path.write_text("".join(f"{line}\n" for line in table(rows.columns, rows.fetchall())), encoding="utf-8")


def table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The rows as lines under their names: figures to the right, text to the left, `-` for null.

    Decimals of a column end at the same place, where the longest of them has its last digit, cents at least.
    """
    places = [_places(column) for column in zip(*rows, strict=True)]
    texts = [[_text(value, count) for value, count in zip(row, places, strict=True)] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(names, *texts, strict=True)]
    is_figure = [
        all(isinstance(value, int | float | Decimal | None) for value in column) for column in zip(*rows, strict=True)
    ]
    for cells in (names, ["-" * width for width in widths], *texts):
        placed = zip(cells, widths, is_figure or [False] * len(widths), strict=True)
        yield "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in placed).rstrip()


def _places(column: Sequence[Any]) -> int:
    fractions = [f"{value:f}".partition(".")[2] for value in column if _is_decimal(value)]
    return max([2, *(len(fraction.rstrip("0")) for fraction in fractions)])


def _text(value: Any, places: int) -> str:
    if value is None:
        return "-"
    return f"{value:.{places}f}" if _is_decimal(value) else str(value)


def _is_decimal(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_finite()
