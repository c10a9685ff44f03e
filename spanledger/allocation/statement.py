"""Showback and chargeback statements: what each owner of a month pays for, with the total that it is a part of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import duckdb

import app
from spanledger import formats
from spanledger.exits import FAILED, USAGE, Failure
from spanledger.published import current
from spanledger.published.current import question

LINES = (Path(app.__file__).parent / "queries" / "statement_lines.sql").read_text()
"""The page's question: a statement says the same wherever it is asked for."""

BY = ("team", "project", "cost_center")
VIEWS = ("split", "full")
FORMS = ("table", "csv", "json", "parquet", "md")
CLOSED = "closed"
PROVISIONAL = "provisional"


@dataclass(frozen=True)
class Asked:
    """Which statement: of a month, by one of `BY`, of one owner or of all, in one of `VIEWS`."""

    month: date
    by: str = "team"
    owner: str | None = None
    view: str = "split"
    is_chargeback: bool = False
    is_provisional: bool = False

    @property
    def title(self) -> str:
        """Its name."""
        kind = "Chargeback" if self.is_chargeback else "Showback"
        return f"{kind} {self.month:%Y-%m} by {self.by.replace('_', ' ')}"


def write(data: Path, asked: Asked, form: str, output: Path | None, now: datetime) -> str:
    """Write the statement and return a sentence on it. Raises Failure for a chargeback of an open month that is not
    asked for as provisional, for an owner without a line, and where parts do not add up to the month."""
    with current.opened(data) as connection:
        spent, status = _standing(connection, asked, now)
        parameters = {"month": asked.month, "by": asked.by, "owner": asked.owner, "view": asked.view, "status": status}
        rows = connection.sql(LINES, params=parameters)
        lines = rows.fetchall()
        if not lines:
            whom = f"{asked.by} {asked.owner!r}" if asked.owner else "anybody"
            raise Failure(f"{asked.month:%Y-%m} has no line for {whom}", USAGE)
        said = f"{asked.title}: {status}. All that was spent in the month is ${spent}"
        if form == "md":
            _put(markdown(asked.title, said, rows.columns, lines), output)
        else:
            formats.write(connection.sql(LINES, params=parameters), form, output)
    return said


def _standing(connection: duckdb.DuckDBPyConnection, asked: Asked, now: datetime) -> tuple[Decimal, str]:
    """What was spent in the month, and how final that is."""
    known = {"month": asked.month, "view": asked.view, "now": now.replace(tzinfo=None)}
    spent, attributed, closed_at, is_over = connection.execute(question("statement_totals"), known).fetchall()[0]
    if spent != attributed:
        raise Failure(f"{asked.month:%Y-%m}: parts come to {attributed} USD, the month to {spent} USD", FAILED)
    if closed_at is not None:
        return spent, f"{CLOSED} {closed_at:%Y-%m-%d}"
    if asked.is_chargeback and not asked.is_provisional:
        close = f"close it with `spanledger close {asked.month:%Y-%m}`" if is_over else "it is not over"
        raise Failure(
            f"{asked.month:%Y-%m} is open, so what is charged could change: {close}, or ask for a provisional "
            "statement with --provisional",
            USAGE,
        )
    return spent, f"{PROVISIONAL}: the month is open"


def markdown(title: str, said: str, names: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """The lines under their owners, each with its sum."""
    place = {name: number for number, name in enumerate(names)}
    text = [f"# {title}", "", f"{said}.", ""]
    for owner in dict.fromkeys(line[place["owner"]] for line in lines):
        mine = [line for line in lines if line[place["owner"]] == owner]
        text += [
            f"## {_cell(owner)}",
            "",
            "| item | method | rule or reason | calls | US dollars |",
            "|---|---|---|--:|--:|",
        ]
        text += [
            f"| {_cell(line[place['item']])} | {line[place['method']]} | "
            f"{_cell(line[place['reason']] or line[place['rule']] or '')} | {line[place['calls']]} | "
            f"{line[place['cost_usd']]} |"
            for line in mine
        ]
        calls, cost = (sum(line[place[name]] for line in mine) for name in ("calls", "cost_usd"))
        text += [f"| **all** | | | {calls} | **{cost}** |", ""]
    return "\n".join(text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _put(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error.strerror}", FAILED) from error
