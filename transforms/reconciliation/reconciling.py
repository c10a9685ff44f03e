"""An invoice beside our ledger, from both sides to the names of every difference. Pure; the caller brings all facts.

    invoice total = our total + Σ named differences + unexplained

Our total is by UTC days, as everywhere; what another day boundary does to it is a difference of its own (`time_zone`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from transforms.invoices.lines import Invoice, InvoiceLine
from transforms.reconciliation import boundaries, currencies
from transforms.reconciliation.billed import billed_prices
from transforms.reconciliation.boundaries import Boundary
from transforms.reconciliation.cells import (
    PICO,
    ZERO,
    Cell,
    Grain,
    Key,
    Named,
    Ours,
    cells,
    grain_of,
    our_cells,
    reference_prices,
    valued,
)
from transforms.reconciliation.currencies import Rates
from transforms.reconciliation.explaining import explain
from transforms.reconciliation.findings import OPEN, REASONS, Finding
from transforms.reconciliation.relating import related

NANO = Decimal("1e-9")
"""Slack of every cell beyond rounding, in US dollars: we keep 12 digits, and files may hold binary fractions."""


@dataclass(frozen=True)
class Facts:
    """Everything that is compared.

    ``candidates`` are the day boundaries to try, UTC first; ``named`` says what model a line means in our names, and
    ``is_unknown`` that its name means none; ``unit`` is what the invoice's lines were rounded to, in its currency.
    """

    invoice: Invoice
    ours: Sequence[Ours]
    named: Named
    is_unknown: Callable[[InvoiceLine], bool]
    rates: Rates
    candidates: Sequence[Boundary]
    unit: Decimal
    boundary: Boundary | None = None  # where the user says it


@dataclass(frozen=True)
class Reconciliation:
    """The result. Totals are US dollars; ``cells`` hold both sides of every key, ours by UTC days."""

    invoice: Invoice
    grain: Grain
    boundary: Boundary
    unit: Decimal
    our_total: Decimal
    invoice_total: Decimal
    findings: Sequence[Finding]
    cells: Mapping[Key, Cell] = field(default_factory=dict)

    def amounts(self) -> dict[str, Decimal]:
        """What each reason that occurs adds up to, in the order of a report; the unexplained always."""
        sums = dict.fromkeys(REASONS, ZERO)
        for finding in self.findings:
            sums[finding.reason] += finding.amount
        occurring = {finding.reason for finding in self.findings}
        return {reason: amount for reason, amount in sums.items() if reason in occurring or reason == "unexplained"}

    @property
    def open_amount(self) -> Decimal:
        """What has to be looked into: open differences, each counted as large as it is, whatever its sign."""
        return sum((abs(one.amount) for one in self.findings if one.reason in OPEN), ZERO)

    @property
    def open_share(self) -> Decimal:
        """That as a share of the larger total; 0 where nothing was billed or used."""
        whole = max(abs(self.invoice_total), abs(self.our_total))
        return self.open_amount / whole if whole else ZERO


def reconcile(facts: Facts) -> Reconciliation:
    """Both sides compared and every difference named."""
    with localcontext(prec=60):
        return _reconcile(facts)


def _reconcile(facts: Facts) -> Reconciliation:
    invoice = facts.invoice
    grain = grain_of(invoice, frozenset(one.project for one in facts.ours if one.project))
    lines = currencies.in_dollars(invoice.lines, facts.rates)
    usage = [line for line in lines if line.charge is None]
    theirs = cells(usage, (), grain, lambda _: None, facts.named)
    slack = _Slack(facts)
    boundary = facts.boundary or boundaries.best_boundary(theirs, facts.ours, grain, slack.of(theirs), facts.candidates)
    found = cells(usage, facts.ours, grain, boundary.day_of, facts.named)
    at_utc = our_cells(facts.ours, grain, facts.candidates[0].day_of)
    references = reference_prices(found)
    if not invoice.states_money:
        found = {key: valued(cell, references.get(key)) for key, cell in found.items()}
    shown = _with_utc(found, at_utc)
    named = [*_charges(lines, grain, facts.named), *_moved(found, at_utc, boundary), *_explained(facts, found, slack)]
    return Reconciliation(
        invoice,
        grain,
        boundary,
        facts.unit,
        sum((cell.our_cost for cell in at_utc.values()), ZERO).quantize(PICO),
        sum((cell.amount or ZERO for cell in found.values()), ZERO).quantize(PICO)
        + sum((line.amount or ZERO for line in lines if line.charge), ZERO).quantize(PICO),
        sorted(named, key=lambda one: (one.key, list(REASONS).index(one.reason))),
        shown,
    )


@dataclass(frozen=True)
class _Slack:
    """How much of a cell's difference rounding of its lines explains."""

    facts: Facts

    def of(self, found: Mapping[Key, Cell]) -> dict[Key, Decimal]:
        return {key: self._cell(cell) for key, cell in found.items()}

    def _cell(self, cell: Cell) -> Decimal:
        if not self.facts.invoice.states_money:
            return NANO
        half = self.facts.unit / 2
        return NANO + sum((half * self.facts.rates(line.currency, line.day) for line in cell.lines), ZERO)


def _explained(facts: Facts, found: dict[Key, Cell], slack: _Slack) -> list[Finding]:
    references, room = reference_prices(found), slack.of(found)
    findings: list[Finding] = []
    if facts.invoice.currencies - {"USD"}:
        rate = currencies.invoice_rate(found, references, room, facts.rates)
        pairs = [currencies.at_rate(cell, rate, facts.rates) for cell in found.values()] if rate else []
        found = found | {cell.key: cell for cell, _ in pairs}
        findings += [one for _, one in pairs if one]
    prices = billed_prices(found, references, room)
    for key, cell in found.items():
        is_unknown = bool(cell.lines and key.model) and facts.is_unknown(cell.lines[0])
        findings += explain(cell, prices.get(key), room[key], is_unknown)
    return related(findings)


def _moved(found: Mapping[Key, Cell], at_utc: Mapping[Key, Cell], boundary: Boundary) -> Iterator[Finding]:
    """What the invoice's day boundary does to our figures."""
    for key in {**found, **at_utc}:
        here, utc = found.get(key, Cell(key)), at_utc.get(key, Cell(key))
        amount, quantity = here.our_cost - utc.our_cost, here.our_quantity - utc.our_quantity
        if amount or quantity:
            yield Finding(
                key, "time_zone", amount.quantize(PICO), quantity, f"days begin at midnight of {boundary.name}"
            )


def _charges(lines: Sequence[InvoiceLine], grain: Grain, named: Named) -> Iterator[Finding]:
    for line in lines:
        if line.charge is not None and line.amount:
            provider, model = named(line)
            key = Key(line.day, provider, model, line.project or "", line.charge)
            yield Finding(key, line.charge, line.amount.quantize(PICO), None, line.text)


def _with_utc(found: Mapping[Key, Cell], at_utc: Mapping[Key, Cell]) -> dict[Key, Cell]:
    """Both sides with ours by UTC days, as a reader of the ledger knows them."""
    shown: dict[Key, Cell] = {}
    for key in {**found, **at_utc}:
        there, utc = found.get(key, Cell(key)), at_utc.get(key, Cell(key))
        shown[key] = Cell(
            key, utc.our_quantity, utc.our_unpriced, utc.our_cost, utc.has_ours, there.quantity, there.amount
        )
    return shown
