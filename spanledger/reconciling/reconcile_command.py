"""The command `spanledger reconcile`: options in, summary and rows out."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from spanledger.exits import OUTSIDE_TOLERANCE
from spanledger.option_types import FORMS, Percent
from spanledger.options import command
from spanledger.settings import Settings
from transforms.invoices.generic import FIELDS
from transforms.invoices.lines import LARGEST_AMOUNT
from transforms.invoices.reading import NAMES

TOLERANCE = "1%"
"""Of the larger total that may be open."""

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
SHOWN = 20
"""Rows that a table shows; other formats give all."""


class Number(click.ParamType[Decimal]):
    """A decimal number from 0 to `LARGEST_AMOUNT`, exactly as typed."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            number = Decimal(value)
        except InvalidOperation:
            self.fail(f"{value!r} is no number", param, ctx)
        if not (number.is_finite() and 0 <= number <= LARGEST_AMOUNT):
            self.fail(f"{value} is not from 0 to {LARGEST_AMOUNT:f}", param, ctx)
        return number


class Column(click.ParamType[tuple[str, str]]):
    """FIELD=NAME: which column of the file holds what."""

    name = "field=name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        field, _, name = str(value).partition("=")
        if field not in FIELDS or not name:
            self.fail(f"{value!r}: expected FIELD=NAME, FIELD one of {', '.join(FIELDS)}", param, ctx)
        return field, name


_holder = click.Group()


@command(
    _holder,
    *("data", "prices_file", "deployments_file", "model_names_file", "fx_file"),
    example="spanledger reconcile october.csv --provider openai --column amount=Cost",
)
@click.argument("file", type=FILE)
@click.option("--input", "form", type=click.Choice(NAMES), help="What the file is; told by its content when not given.")
@click.option(
    "--provider", metavar="NAME", help="Whose invoice it is, by OpenTelemetry's name, where the file does not say."
)
@click.option("--column", "columns", type=Column(), multiple=True, help="Which column of a CSV holds a field.")
@click.option("--mapping", type=FILE, help="YAML file that says what columns, kinds, models and projects mean.")
@click.option("--zone", metavar="NAME", help="Time zone of the invoice's days; found by comparing when not given.")
@click.option(
    "--from", "first", type=DAY, metavar="DAY", help="First day of the invoice to compare; its first when not given."
)
@click.option("--to", "last", type=DAY, metavar="DAY", help="Last day to compare, included; its last when not given.")
@click.option("--rounding", type=Number(), help="What its lines are rounded to, such as 0.01; told by its digits.")
@click.option("--tolerance", type=Percent(), default=TOLERANCE, show_default=True, help="Share that may be open.")
@click.option("--dry-run", is_flag=True, help="Compare and keep no record.")
@click.option("--format", "output_form", type=FORMS, default="table", show_default=True, help="What to write.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def reconcile(
    settings: Settings,
    file: Path,
    tolerance: Decimal,
    dry_run: bool,
    output_form: str,
    output: Path | None,
    **said: Any,
) -> None:
    """Compare a provider's invoice or usage export with the published build and name every difference.

    Ends with 5 when more is open than the tolerance allows. The result is kept in records/reconciliations/.
    """
    from spanledger.reconciling import reconcile as reconciling
    from spanledger.reconciling import reconcile_report as report

    outcome = reconciling.run(settings, file, _options(said))
    if not dry_run:
        report.keep(outcome, tolerance, settings.data, datetime.now(UTC))
    _show(outcome, tolerance, output_form, output)
    if not report.is_within(outcome.result, tolerance):
        click.get_current_context().exit(OUTSIDE_TOLERANCE)


def _options(said: dict[str, Any]) -> Any:
    from spanledger.reconciling.reconcile import Options

    first, last = (day and day.date() for day in (said["first"], said["last"]))
    kept = {name: said[name] for name in ("form", "provider", "columns", "mapping", "zone")}
    return Options(**kept, first=first, last=last, unit=said["rounding"])


def _show(outcome: Any, tolerance: Decimal, form: str, output: Path | None) -> None:
    """A table comes with the summary above it; in other formats the summary goes to standard error."""
    from spanledger import formats
    from spanledger.reconciling import reconcile_report as report

    is_table = form == "table"
    for line in report.summary(outcome, tolerance):
        click.echo(line, err=not is_table or output is not None)
    rows = report.relation(outcome.result)
    if is_table and output is None:
        click.echo()
        rows = report.readable(rows, SHOWN)
        if len(outcome.result.findings) > SHOWN:
            click.echo(f"the largest {SHOWN} of {len(outcome.result.findings)} differences; --format csv gives all")
    formats.write(rows, form, output)
