"""What only rules, charges and usage together can show to be a mistake."""

from collections.abc import Collection, Sequence

from transforms.allocation.rules import CHARGE_ASKS, WEIGHTS, AllocationRules, SharedRule
from transforms.patterns import matches
from transforms.pricing.charges import Charge
from transforms.yaml_lines import ConfigError, near


def refuse_unknown_metrics(rules: AllocationRules, metrics: Collection[str]) -> None:
    """Every rule is by a known use, and no metric has the name of one. Raises ConfigError."""
    if twice := sorted(set(metrics) & set(WEIGHTS)):
        raise ConfigError(f"a usage file has the metric {twice[0]!r}, which means the calls' own; name it otherwise")
    known = (*WEIGHTS, *sorted(metrics))
    for rule in rules.shared:
        if rule.by not in known:
            raise ConfigError(
                f"{rule.where}: shared rule {rule.name!r}: by is {rule.by!r}{near(rule.by, known)}; there are "
                f"{', '.join(known)} (metrics come from the files under usage)"
            )


def refuse_shared_prices(rules: AllocationRules, charges: Sequence[Charge]) -> None:
    """On no day does an activity rule recover two charges of an organization: its units would be paid for twice.

    Raises ConfigError.
    """
    taken = {charge.charge_id: _first(rules, charge) for charge in charges}
    for rule in rules.shared:
        if rule.method != "activity":
            continue
        mine = sorted((one for one in charges if rule in taken[one.charge_id]), key=lambda one: one.period_from)
        for place, one in enumerate(mine):
            for other in mine[place + 1 :]:
                if other.period_from >= one.period_to:
                    break
                if one.organization == other.organization or not (one.organization and other.organization):
                    raise ConfigError(
                        f"{rule.where}: shared rule {rule.name!r} recovers {one.charge_id} and {other.charge_id} on "
                        f"{other.period_from}: its units would be paid for twice; name one of them under charge"
                    )


def _first(rules: AllocationRules, charge: Charge) -> list[SharedRule]:
    """Shared rules that a charge without an owner may fall to: those that match, up to one that always holds."""
    if charge.team or charge.project or charge.cost_center:
        return []
    found = []
    for rule in rules.shared:
        meets = rule.valid_from < charge.period_to and charge.period_from < rule.valid_to
        if meets and all(_fits(rule, charge, column) for column in CHARGE_ASKS):
            found.append(rule)
            if rule.valid_from <= charge.period_from and rule.valid_to >= charge.period_to:
                break
    return found


def _fits(rule: SharedRule, charge: Charge, column: str) -> bool:
    asked = rule.charges.get(column)
    return asked is None or matches(getattr(charge, column), asked)
