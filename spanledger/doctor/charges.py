"""Charges: whether the user's files can be used, and whether what was recorded still stands in them."""

from collections.abc import Iterator
from decimal import Decimal

from spanledger.charges.charge_history import ChargeHistory
from spanledger.charges.charge_list import read_charge_list
from spanledger.doctor.findings import Finding, fault, note, ok
from spanledger.prices.price_list import read_texts
from spanledger.settings import Settings
from transforms.pricing.charges import ChargeError, current
from transforms.pricing.ledger import exchange_of
from transforms.pricing.prices import PriceError
from transforms.yaml_lines import ConfigError

SUBJECT = "charges"


def charges(settings: Settings) -> Iterator[Finding]:
    """Findings about charges and coverage rules; a rule that no charge names covers nothing."""
    try:
        known = read_charge_list(settings.charge_files, exchange_of(read_texts(settings.price_files)))
        ChargeHistory(settings.data).check(known.charges)
    except (ChargeError, ConfigError, PriceError, OSError) as error:
        yield fault(SUBJECT, str(error), "correct it there; the published build stays until then")
        return
    if known.charges:
        held = current(known.charges)
        total = sum((charge.amount_usd for charge in held), Decimal(0))
        gone = len(known.charges) - len(held)
        yield ok(SUBJECT, f"{len(held)} charges of {total.normalize():f} USD hold, {gone} are superseded")
    rules = known.allocation.rules
    if rules.owners or rules.shared:
        yield ok(SUBJECT, f"{len(rules.owners)} rules on owners and {len(rules.shared)} on shared charges hold")
    if known.tag_policy.tags:
        asked = ", ".join(dict.fromkeys(one.tag for one in known.tag_policy.tags))
        yield ok(SUBJECT, f"the tag policy asks for {asked}; at the door: {known.tag_policy.at_the_door}")
    idle = sorted({rule.rule for rule in known.rules} - {charge.covers for charge in current(known.charges)})
    for rule in idle:
        yield note(SUBJECT, f"no charge names the rule {rule!r} in its column covers; it covers no call")
