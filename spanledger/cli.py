"""`spanledger`: the command line. Commands stay thin; what they do is in the modules they name.

Modules are imported inside the commands: `--help` and quick commands need not wait for dbt, Streamlit or Arrow.
"""

import contextlib
import signal
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanledger import annotate_command, bookkeeping
from spanledger.alerts.command import alerts
from spanledger.budgets.command import budget
from spanledger.check_command import check as version_gate
from spanledger.conformance.commands import recording
from spanledger.erasing import command as erasing_command
from spanledger.exits import FAILED, IN_THE_WAY, MEANING, USAGE, Failure
from spanledger.focus.export_command import export
from spanledger.forecasting.command import forecast
from spanledger.forecasting.commands import accuracy, month_end
from spanledger.forecasting.feature_command import feature
from spanledger.keeping import keeping_command
from spanledger.keeping.lake_command import lake
from spanledger.keeping.quarantine_command import quarantine
from spanledger.option_types import FORMS
from spanledger.options import command
from spanledger.outcomes.outcome_command import outcome
from spanledger.reconciling.reconcile_command import reconcile
from spanledger.reports.command import report
from spanledger.settings import CHARGE_FILES, PRICE_FILES, Settings
from spanledger.simulating import deciding, whatif_command
from spanledger.simulating.command import simulate
from spanledger.token_command import token

if TYPE_CHECKING:
    from spanledger.doctor.findings import Finding

PORTS = ("host", "grpc_port", "http_port")
TLS_FILES = ("tls_cert_file", "tls_key_file", "tls_client_ca_file")
DAY = ["%Y-%m-%d"]
INSTANT = [*DAY, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]


@click.group(epilog=f"Every setting is an option, SPANLEDGER_<NAME> or a line of spanledger.toml.\n\n{MEANING}")
@click.version_option(package_name="spanledger")
def main() -> None:
    """What every LLM call costs, and what it bought: OpenTelemetry in, cost per successful task out."""


def _formatted(function: Callable[..., Any]) -> Callable[..., Any]:
    function = click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")(
        function
    )
    return click.option("--format", "form", type=FORMS, default="table", show_default=True, help="What to write.")(
        function
    )


@command(
    main,
    *("data", *PORTS, "app_port", "build_interval_s", "currency", "alerts_file", "reports_file"),
    *("mapping_file", *PRICE_FILES, *CHARGE_FILES, "outcome_rules_file", "budgets_file", "events_file"),
    "business_file",
    example="spanledger up --data /srv/spanledger",
)
def up(settings: Settings) -> None:
    """Run the collector, the periodic builds and the explorer together, until Ctrl-C."""
    from spanledger.running import up as everything

    _end_with(_supervised(lambda: everything.up(settings)))


@command(main, "data", *PORTS, "app_port", "log_segment_max_age_s", example="spanledger demo --app-port 8600")
@click.option("--scale", type=float, default=1.0, show_default=True, help="Size; 1 is about 19,000 calls in 60 days.")
def demo(settings: Settings, scale: float) -> None:
    """Run everything on a simulated company, sent through the real door; data in ./data-demo by default."""
    from spanledger.running import demo as showing

    _end_with(_supervised(lambda: showing.demo(settings, scale)))


@command(
    main,
    *("data", "lake", "receiver_only", *PORTS, "token_file", *TLS_FILES, "mapping_file", "tag_policy_file"),
    example="spanledger collect --host 127.0.0.1 --grpc-port 4317",
)
def collect(settings: Settings) -> None:
    """Run the receiver alone: OTLP in, Parquet out."""
    from collector.door.tls import TlsError
    from collector.door.tokens import TokenFileError
    from collector.server import START_ERRORS, ExposedError, run
    from spanledger.installation.settings_file import tell
    from transforms.yaml_lines import ConfigError

    try:
        tell(settings, "collect")
        _end_with(run(settings.collector_config()))
    except START_ERRORS as error:
        code = USAGE if isinstance(error, ExposedError | TokenFileError | TlsError | ConfigError) else IN_THE_WAY
        raise Failure(f"the collector cannot start: {error}", code) from error


@command(
    main,
    *(
        "data",
        "lake",
        "alerts_file",
        *PRICE_FILES,
        *CHARGE_FILES,
        "outcome_rules_file",
        "budgets_file",
        "events_file",
        "business_file",
        "engine",
    ),
    example="spanledger build --full-refresh",
)
@click.option("--full-refresh", is_flag=True, help="Make everything anew instead of carrying on from the last build.")
def build(settings: Settings, full_refresh: bool) -> None:
    """Run the models over what is new, check, and publish a new build."""
    from spanledger.alerts.looking import Watch, look
    from spanledger.building.build import Builder
    from spanledger.building.build_figures import counted
    from spanledger.building.building import NOT_BUILT, describe
    from spanledger.published.builds import BuildInProgressError
    from transforms.pricing.charges import ChargeError
    from transforms.pricing.prices import PriceError
    from transforms.yaml_lines import ConfigError

    try:
        builder = Builder.of(settings)
        with counted(settings.data.absolute(), settings.lake_path, NOT_BUILT) as made:
            made.append(builder.build(full_refresh=full_refresh))
        click.echo(describe(made[0]))
        look(Watch(settings), None)
    except NOT_BUILT as error:
        look(Watch(settings), str(error))
        codes = {BuildInProgressError: IN_THE_WAY, PriceError: USAGE, ChargeError: USAGE, ConfigError: USAGE}
        raise Failure(str(error), codes.get(type(error), FAILED)) from error


@command(main, "data", "lake", "mapping_file", example="spanledger rewrite --since 2026-11-01 --dry-run")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="First day of arrival (UTC).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Last day of arrival, included.")
@click.option("--dry-run", is_flag=True, help="Say what would change and change nothing.")
def rewrite(settings: Settings, since: datetime | None, until: datetime | None, dry_run: bool) -> None:
    """Read history again with today's dialects and mapping file; safe while everything runs."""
    from spanledger.keeping import rewriting

    days = (day and day.date() for day in (since, until))
    result = rewriting.rewrite(settings, *days, is_trial=dry_run)
    click.echo(rewriting.describe(result, is_trial=dry_run))


@command(
    main,
    *("data", "app_host", "app_port", "login_file", "currency", "fx_file"),
    example="spanledger app --app-port 8600",
)
def app(settings: Settings) -> None:
    """Run the cost explorer alone; it follows each new build by itself."""
    from spanledger.installation.settings_file import tell
    from spanledger.running import explorer, preflight

    settings = preflight.with_chosen_ports(settings)
    preflight.check_app(settings)
    if settings.data.is_dir():
        with contextlib.suppress(OSError):  # one that can only be read: the page on health says what it knows
            tell(settings, "app")
    explorer.run_here(settings)


@command(main, "data", example='spanledger sql "from rpt_traffic_split limit 5" --format csv')
@click.argument("query")
@_formatted
def sql(settings: Settings, query: str, form: str, output: Path | None) -> None:
    """Ask the published build one question in SQL (DuckDB's dialect); it cannot change anything."""
    from spanledger import formats
    from spanledger.published import current

    limits = current.Limits(settings.query_memory_bytes, settings.query_threads, settings.query_timeout_s)
    with current.opened(settings.data, limits) as connection:
        formats.write(current.answer(connection, query), form, output)


@command(
    main,
    *("data", "lake", *PORTS, "app_port", "mapping_file"),
    example="spanledger doctor --data /srv/spanledger",
    is_loaded=False,
)
@click.option("--deep", is_flag=True, help="Read every row of every lake file, not only what each says of itself.")
def doctor(arguments: dict[str, Any], deep: bool) -> None:
    """Check packages, settings, ports, data, lake and the published build; say what to do. A fault ends with 1."""
    from spanledger.doctor import examine

    _end_with(_say(examine(arguments, is_deep=deep)))


main.add_command(recording)
main.add_command(alerts)
annotate_command.add_to(main)
bookkeeping.add_to(main, _formatted)
keeping_command.add_to(main)
erasing_command.add_to(main)
main.add_command(reconcile)
main.add_command(report)
main.add_command(version_gate)
main.add_command(export)
main.add_command(budget)
main.add_command(forecast)
forecast.add_command(month_end)
forecast.add_command(accuracy)
forecast.add_command(feature)
main.add_command(outcome)
main.add_command(token)
main.add_command(quarantine)
main.add_command(lake)
main.add_command(simulate)
deciding.add_to(simulate)
whatif_command.add_to(simulate)


@main.group(epilog=MEANING)
def prices() -> None:
    """What a token costs, as the published build sees it."""


@command(prices, "data", example="spanledger prices list --model claude-sonnet")
@click.option("--model", default="", help="Only providers and models whose name contains this.")
@_formatted
def list_command(settings: Settings, model: str, form: str, output: Path | None) -> None:
    """Rates in US dollars a million tokens, with the time they hold and where they are from."""
    _ask(settings, "prices", form, output, model=model)


@command(prices, "data", example="spanledger prices unpriced --format json")
@_formatted
def unpriced(settings: Settings, form: str, output: Path | None) -> None:
    """Models that were called and that nobody has a price for."""
    _ask(settings, "unpriced", form, output)


@command(prices, "data", example="spanledger prices reprice --as-of 2026-10-01 --from 2026-09-01 --to 2026-09-30")
@click.option("--as-of", type=click.DateTime(INSTANT), required=True, help="Day or UTC instant of the knowledge.")
@click.option("--from", "first", type=click.DateTime(DAY), default="1970-01-01", help="First day of the calls.")
@click.option("--to", "last", type=click.DateTime(DAY), default="9999-12-31", help="Last day of the calls.")
@_formatted
def reprice(
    settings: Settings, as_of: datetime, first: datetime, last: datetime, form: str, output: Path | None
) -> None:
    """What a period costs by the rates known on a day, beside what is published. Publishes nothing.

    A corrected price is published by the next build: change the price file, then `spanledger build`.
    """
    instant, days = as_of.replace(tzinfo=UTC).isoformat(), {"first": f"{first:%F}", "last": f"{last:%F}"}
    _ask(settings, "reprice", form, output, as_of=instant, **days)


@command(prices, *PRICE_FILES, "currency", example="spanledger prices check --prices-file prices.csv")
def check(settings: Settings) -> None:
    """Read every price there is, yours and those brought along, and say what cannot be meant. A fault ends with 1."""
    from spanledger.doctor import prices as examining

    _end_with(_say(examining.prices(settings, datetime.now(UTC).date())))


@command(
    prices,
    *PRICE_FILES,
    example="spanledger prices set openai gpt-4o input --price 2.10 --valid-from 2026-10-01 --source 'contract 7'",
)
@click.argument("provider")
@click.argument("model")
@click.argument("token_kind")
@click.option("--price", "unit_price", default="", help="The price of a unit.")
@click.option("--discount-percent", default="", help="Instead of a price: off the list prices, for TOKEN_KIND '*'.")
@click.option("--unit", default="", help="What the price is for; '1M tokens' unless said.")
@click.option("--currency", default="", help="Currency of the price; US dollars unless said.")
@click.option("--valid-from", type=click.DateTime(DAY), help="First day (UTC); an open price of the same ends there.")
@click.option("--valid-to", type=click.DateTime(DAY), help="Day it ends on, not included.")
@click.option("--service-tier", default="", help="batch, flex, priority; the standard tier unless said.")
@click.option("--region", default="", help="Region it holds in; any unless said.")
@click.option("--input-tokens-above", default="", help="It holds for requests with more input tokens than this.")
@click.option("--rate-class", default="", help="contracted, what you pay, or list, a published price.")
@click.option("--source", required=True, help="Where that is written: a contract, a page.")
@click.option("--yes", is_flag=True, help="Write it; otherwise only say what would change.")
def set_command(
    settings: Settings, valid_from: datetime | None, valid_to: datetime | None, yes: bool, **said: str
) -> None:
    """Add a price to your price file, after saying what that changes. MODEL '*' is every model, with a discount."""
    from spanledger.prices import price_editing
    from transforms.pricing.prices import PriceError

    days = {"valid_from": valid_from, "valid_to": valid_to}
    row = said | {name: f"{day:%F}" if day else "" for name, day in days.items()}
    try:
        text, changes = price_editing.proposed(settings.price_files, row)
        for line in changes:
            click.echo(line)
        click.echo(f"written to {price_editing.write(settings.price_files, text)}" if yes else "add --yes to write it")
    except (PriceError, OSError) as error:
        raise Failure(str(error), USAGE) from error


def _ask(settings: Settings, name: str, form: str, output: Path | None, **parameters: str) -> None:
    from spanledger import formats
    from spanledger.published import current

    with current.opened(settings.data) as connection:
        rows = connection.sql(current.question(name), params=parameters or None)
        formats.write(rows, form, output)


def _say(findings: Iterable["Finding"]) -> int:
    """Print findings, and how many of them are faults; returns the exit code."""
    faults = 0
    for finding in findings:
        click.echo(finding.line)
        faults += finding.state == "fault"
    click.echo(f"{faults} faults" if faults else "healthy")
    return FAILED if faults else 0


def _supervised(run: Callable[[], int]) -> int:
    """Run, with the supervisor's own errors as messages. Once it runs it hears signals itself; before, nothing does."""
    from spanledger.running.keeper import PartFailedError

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run()
    except KeyboardInterrupt:
        click.echo("Ended before anything was taken.")
        return 0
    except PartFailedError as error:
        raise Failure(str(error), FAILED) from error


def _end_with(code: int) -> None:
    if code:
        click.get_current_context().exit(code)


if __name__ == "__main__":
    main()
