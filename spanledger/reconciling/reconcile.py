"""`spanledger reconcile`: a provider's invoice or usage export beside the published build.

Reads the file and the build, lets `transforms.reconciliation` name the differences, and keeps the result under
`records/reconciliations/`.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from spanledger import zones
from spanledger.exits import FAILED, USAGE, Failure
from spanledger.prices.price_list import read_price_list, read_texts
from spanledger.published import current
from spanledger.settings import Settings
from spanledger.texts import read_text
from transforms.invoices.lines import Invoice, InvoiceError, Meaning, invoice
from transforms.invoices.meaning import read_meaning
from transforms.invoices.reading import read_invoice
from transforms.pricing.currency import CurrencyError
from transforms.pricing.ledger import exchange_of
from transforms.pricing.model_names import ModelNames
from transforms.pricing.prices import PriceError
from transforms.reconciliation.cells import Ours
from transforms.reconciliation.naming import Naming, our_provider, providers_of
from transforms.reconciliation.reconciling import Facts, Reconciliation, reconcile
from transforms.yaml_lines import ConfigError

READING = (InvoiceError, ConfigError, CurrencyError, PriceError)
WIDEST_OFFSET = timedelta(days=1)
"""How far a day may begin from UTC's: calls that far around the period are looked at."""


@dataclass(frozen=True)
class Options:
    """What the command line says beside the file. Days are the invoice's; ``unit`` is what its lines are rounded to."""

    form: str | None = None
    provider: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    mapping: Path | None = None
    zone: str | None = None
    first: date | None = None
    last: date | None = None
    unit: Decimal | None = None


@dataclass(frozen=True)
class Outcome:
    """A reconciliation, the build it was made with, and the digest of the file."""

    result: Reconciliation
    build_id: str
    digest: str


def run(settings: Settings, file: Path, options: Options) -> Outcome:
    """Compare a file with the published build. Raises Failure naming what cannot be used."""
    try:
        content = file.read_bytes()
        said = within(read_invoice(content, file.name, _meaning(options), options.form), options)
        with current.opened(settings.data) as connection:
            result = reconcile(_facts(settings, said, options, connection))
            build = connection.execute("select build_id from build_info").fetchone()
    except OSError as error:
        raise Failure(f"{error.filename} cannot be read: {error.strerror}", USAGE) from error
    except READING as error:
        raise Failure(str(error), USAGE) from error
    except duckdb.Error as error:
        raise Failure(str(error), FAILED) from error
    return Outcome(result, str(build[0]) if build else "", hashlib.sha256(content).hexdigest())


def _meaning(options: Options) -> Meaning:
    file = options.mapping
    said = read_meaning(read_text(file, ConfigError).text, file.name) if file else Meaning()
    columns = {**said.columns, **dict(options.columns)}
    provider = options.provider or said.provider
    return Meaning(columns, said.kinds, said.models, said.projects, provider, said.currency)


def within(whole: Invoice, options: Options) -> Invoice:
    """The invoice over the days that were asked for."""
    if options.first is None and options.last is None:
        return whole
    first, last = options.first or whole.first, options.last or whole.last
    lines = [line for line in whole.lines if first <= line.day <= last]
    return invoice(whole.name, whole.form, lines, (first, last), whole.left_out, whole.notes)


def _facts(settings: Settings, said: Invoice, options: Options, connection: duckdb.DuckDBPyConnection) -> Facts:
    prices = read_price_list(settings.price_files).ledger
    exchange = exchange_of(read_texts(settings.price_files))
    naming = Naming(providers_of(said), _meaning(options), ModelNames(prices.models, prices.aliases))
    ours = _ours(said, naming, connection)
    naming = replace(naming, known=frozenset((one.provider, one.model) for one in ours))
    return Facts(
        said,
        ours,
        naming.named,
        naming.is_unknown,
        lambda currency, day: exchange.rate_on(currency, day).usd_per_unit,
        zones.boundaries(said.first, said.last),
        options.unit if options.unit is not None else said.smallest_unit,
        zones.boundary(options.zone, said.first, said.last) if options.zone else None,
    )


def _ours(said: Invoice, naming: Naming, connection: duckdb.DuckDBPyConnection) -> list[Ours]:
    """Our side, with room around the period for days that begin elsewhere."""
    midnight = (datetime.combine(day, time(), tzinfo=UTC) for day in (said.first, said.last))
    first, last = midnight
    current.refuse_closed(connection, said.first, "comparing with an invoice")
    parameters = {
        "first": first - WIDEST_OFFSET,
        "last": last + timedelta(days=1) + WIDEST_OFFSET,
        "providers": list(naming.providers),
        "price_lists": naming.price_lists,
    }
    rows = connection.execute(current.question("billed_usage"), parameters).fetchall()
    return [
        Ours(quarter, our_provider(naming, provider, listed), price_model or model or "", project, kind, *figures)
        for quarter, provider, listed, price_model, model, project, kind, *figures in rows
    ]
