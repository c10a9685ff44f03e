"""The commands `spanledger forecast month-end` and `spanledger forecast accuracy`."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger.exits import USAGE, Failure
from spanledger.forecasting.command import forecast
from spanledger.forecasting.targets import HORIZONS
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.settings import Settings
from transforms.forecasts.scopes import KINDS

if TYPE_CHECKING:
    import duckdb


def _asked(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write."),
        click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write."),
        click.option("--organization", default="", metavar="NAME", help="Only this organization."),
        click.option("--scope", "said", default="", metavar="KIND[=NAME]", help="Only scopes of this kind, or one."),
    ):
        function = option(function)
    return function


@command(forecast, "data", example="spanledger forecast month-end --scope team=search")
@_asked
def month_end(settings: Settings, said: str, organization: str, form: str, output: Path | None) -> None:
    """What this month and this quarter will have cost, as a range that eight in ten should stay within."""
    _write(settings, "forecast_month_end", form, output, _scope(said) | {"organization": organization})


@command(forecast, "data", example="spanledger forecast accuracy --scope organization --horizon month")
@_asked
@click.option("--horizon", type=click.Choice(HORIZONS), help="Only forecasts that looked so far ahead.")
def accuracy(
    settings: Settings, said: str, organization: str, horizon: str | None, form: str, output: Path | None
) -> None:
    """How right the forecasts of the last half year were, beside what simple rules would have said."""
    parameters = _scope(said) | {"organization": organization, "horizon": horizon or ""}
    _write(settings, "forecast_accuracy", form, output, parameters)


def _scope(said: str) -> dict[str, str]:
    kind, _, name = said.partition("=")
    if kind not in ("", *KINDS):
        raise Failure(f"--scope {said}: expected one of {', '.join(KINDS)}, or one with its name: team=search", USAGE)
    return {"kind": kind, "scope": name}


def _write(settings: Settings, question: str, form: str, output: Path | None, parameters: dict[str, Any]) -> None:
    from spanledger import formats
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        found = connection.sql(current.question(question), params=parameters)
        if parameters["scope"] and not found.fetchone():
            raise Failure(_missing(connection, question, parameters), USAGE)
        formats.write(connection.sql(current.question(question), params=parameters), form, output)


def _missing(connection: "duckdb.DuckDBPyConnection", question: str, parameters: dict[str, Any]) -> str:
    """Of a scope with a name that there is nothing of: which ones there are."""
    from spanledger.published import current

    kind, name = parameters["kind"], parameters["scope"]
    wider = connection.execute(current.question(question), parameters | {"scope": ""})
    place = [column[0] for column in wider.description or ()].index("scope")
    names = sorted({str(row[place]) for row in wider.fetchall() if row[place] is not None})
    there = f"there are {', '.join(names)}" if names else "there is none of that kind"
    return (
        f"--scope {kind}={name}: nothing is forecast for it; {there}. Of each kind those are forecast by themselves "
        "that cost most in four weeks"
    )
