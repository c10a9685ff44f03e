"""The charges and coverage rules of this moment, from the user's files, as the tables that a build reads."""

import functools
import hashlib
from dataclasses import dataclass, replace

import pyarrow as pa

from spanledger.allocation.reading import NO_ALLOCATION, Allocation, read_allocation
from spanledger.charges.charge_files import ChargeFiles
from spanledger.tag_policies import read_policy
from spanledger.texts import read_text
from transforms.allocation.checks import refuse_shared_prices
from transforms.columns import MONEY
from transforms.pricing import charges, coverage
from transforms.pricing.charges import Charge
from transforms.pricing.coverage import CoverageRule
from transforms.pricing.currency import Exchange
from transforms.pricing.ledger import Text
from transforms.tag_policy import NO_POLICY, TagPolicy

DAYS = pa.schema(
    [
        ("charge_id", pa.string()),
        ("date", pa.date32()),
        ("effective_cost_usd", MONEY),
        ("list_cost_usd", MONEY),
        ("billed_cost_usd", MONEY),
        ("organization", pa.string()),
        ("covers", pa.string()),
        ("coverage", pa.string()),
    ]
)
"""One row per charge that is not superseded and day; `coverage` changes with the rules, and is null where it covers
nothing."""


@dataclass(frozen=True)
class ChargeList:
    """All charges ever entered, the rules on what they cover and on who carries them, the tags that calls must carry,
    and a digest that changes with anything a build makes of charges and cover."""

    charges: tuple[Charge, ...]
    rules: tuple[CoverageRule, ...]
    digest: str
    allocation: Allocation = NO_ALLOCATION
    tag_policy: TagPolicy = NO_POLICY

    @property
    def rules_digest(self) -> str:
        """Changes with any rule."""
        return _digest(self.rules)


def read_charge_list(files: ChargeFiles, exchange: Exchange) -> ChargeList:
    """What the files say, and those that the allocation file names. Raises ChargeError naming file, line and column,
    ConfigError naming file, line and key, OSError."""
    texts = [path and read_text(path, charges.ChargeError) for path in (files.charges, files.coverage)]
    allocation = read_allocation(files.allocation)
    charged = (*allocation.costs, *([texts[0]] if texts[0] else []))
    known = _read(charged, texts[1], exchange)
    refuse_shared_prices(allocation.rules, charges.current(known.charges))
    return replace(known, allocation=allocation, tag_policy=read_policy(files.tag_policy))


@functools.lru_cache(maxsize=4)
def _read(charged: tuple[Text, ...], covered: Text | None, exchange: Exchange) -> ChargeList:
    known: list[Charge] = []
    for text in charged:
        known += charges.read_charges(text.text, text.name, exchange, known)
    rules = coverage.read_coverage(covered.text, covered.name) if covered else []
    coverage.refuse_unknown_rules(known, rules, covered.name if covered else None)
    charges.refuse_shared_cover(charges.current(known))
    return ChargeList(tuple(known), tuple(rules), _digest((known, rules)))


def charge_days(known: ChargeList) -> pa.Table:
    """Every charge that is not superseded, day by day, with `DAYS`: effective over its period, billed on one day."""
    rules = known.rules_digest
    rows = [
        row | {"coverage": rules if row["covers"] else None}
        for one in charges.current(known.charges)
        for row in _days(one)
    ]
    return pa.Table.from_pylist(rows, schema=DAYS)


def _days(charge: Charge) -> list[dict[str, object]]:
    of_charge = {"charge_id": charge.charge_id, "organization": charge.organization, "covers": charge.covers}
    return [
        of_charge | dict(zip(("date", "effective_cost_usd", "list_cost_usd", "billed_cost_usd"), day, strict=True))
        for day in charges.daily(charge)
    ]


def _digest(said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()
